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
        SetRemote(remote);
    }

    /// <summary>The one peer of a TCP connection.</summary>
    public SendDestination(SendLane lane) => Lane = lane;

    public SendLane Lane { get; }

    /// <summary>The peer's sockaddr; null on a connection.</summary>
    public byte* Name => _name is null ? null : (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _name[0]);

    public int NameLength { get; private set; }

    /// <summary>Whether nothing is taken for it any more.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The first and the last datagram of the turn as indexes into the queue's entries; -1 for none.</summary>
    public int Head { get; set; } = -1;

    public int Tail { get; set; } = -1;

    /// <summary>Which turn of the queue the fields below belong to.</summary>
    public uint Epoch { get; private set; }

    /// <summary>The free part of the extent, as offsets into the queue's memory.</summary>
    public int ExtentCursor { get; set; }

    public int ExtentEnd { get; set; }

    /// <summary>The length of the open reservation; 0 when none is open. It starts at the extent's cursor.</summary>
    public int OpenLength { get; set; }

    /// <summary>How many bytes were committed in this turn.</summary>
    public int CommittedBytes { get; set; }

    /// <summary>
    /// How many bytes were committed in the last turn that had any: as much is likely to come again, and taken as one
    /// extent it is contiguous.
    /// </summary>
    public int ExpectedBytes { get; private set; }

    public void SetRemote(in TransportAddress remote) => NameLength = SocketAddressCodec.Write(remote, _name);

    public void BeginEpoch(uint epoch)
    {
        if (Epoch == epoch)
            return;

        Epoch = epoch;
        if (CommittedBytes > 0)
            ExpectedBytes = CommittedBytes;
        CommittedBytes = 0;
        ExtentCursor = 0;
        ExtentEnd = 0;
        OpenLength = 0;
    }
}
