using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rtc.Seams;

namespace Worker.Net;

/// <summary>
/// One peer of one socket in the send queue: the datagrams of this turn that go there, in order, and the extent of
/// the queue's memory that they are written to one behind the other.
/// </summary>
internal sealed unsafe class SendDestination
{
    private readonly byte[]? _name;

    /// <summary>A peer of a UDP socket.</summary>
    public SendDestination(SendLane lane, in TransportAddress remote)
    {
        Lane = lane;
        _name = GC.AllocateUninitializedArray<byte>(SocketAddressCodec.MaxLength, pinned: true);
        Name = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_name));
        SetRemote(remote);
    }

    /// <summary>The one peer of a TCP connection.</summary>
    public SendDestination(SendLane lane)
    {
        Lane = lane;
        PrefixLength = lane.PrefixLength;
    }

    public SendLane Lane { get; }

    /// <summary>The peer's sockaddr; null on a connection.</summary>
    public byte* Name { get; }

    public int NameLength { get; private set; }

    /// <summary>The bytes in front of every datagram that the lane writes itself.</summary>
    public int PrefixLength { get; }

    /// <summary>Whether nothing is taken for it any more.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The queue's last visit here. One of an earlier turn makes all below void.</summary>
    public long Visit { get; set; }

    /// <summary>The first and the last run of the turn; null for none.</summary>
    public SendQueue.Run* Head { get; set; }

    public SendQueue.Run* Tail { get; set; }

    /// <summary>The longest datagram that becomes part of the last run; 0 when the run is complete.</summary>
    public int JoinLength { get; set; }

    /// <summary>The free part of the extent, as offsets into the queue's memory.</summary>
    public int ExtentCursor { get; set; }

    public int ExtentEnd { get; set; }

    /// <summary>
    /// The length of the open reservation without prefix; 0 when none is open. It starts at the extent's cursor.
    /// </summary>
    public int OpenLength { get; set; }

    /// <summary>How many bytes were committed in this turn.</summary>
    public int CommittedBytes { get; private set; }

    /// <summary>
    /// How many bytes were committed in the last turn that had any: as much is likely to come again, and taken as one
    /// extent it is contiguous.
    /// </summary>
    public int ExpectedBytes { get; private set; }

    public void SetRemote(in TransportAddress remote) => NameLength = SocketAddressCodec.Write(remote, _name);

    /// <summary>The first so many bytes behind the extent's cursor are committed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(int length)
    {
        ExtentCursor += length;
        CommittedBytes += length;
    }

    public void BeginTurn()
    {
        if (CommittedBytes > 0)
            ExpectedBytes = CommittedBytes;
        CommittedBytes = 0;
        Head = null;
        Tail = null;
        ExtentCursor = 0;
        ExtentEnd = 0;
        OpenLength = 0;
    }
}
