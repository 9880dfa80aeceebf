using System.Collections;
using Rtc.Seams;

namespace Worker.Net;

/// <summary>Which ports of a range are taken on one IP, for one protocol.</summary>
/// <param name="owner">Who forgets it when none is taken any more.</param>
/// <param name="protocol">UDP or TCP.</param>
/// <param name="ip">The IP; its port means nothing.</param>
/// <param name="range">The range.</param>
internal sealed class TakenPorts(
    PortManager owner, TransportProtocol protocol, TransportAddress ip, PortRange range)
{
    private readonly BitArray _taken = new(range.Max - range.Min + 1);
    private int _count;

    /// <summary>How many ports the range has.</summary>
    public int Length => _taken.Length;

    /// <summary>Whether it is about this protocol, IP and range.</summary>
    public bool IsAbout(TransportProtocol otherProtocol, in TransportAddress otherIp, PortRange otherRange) =>
        protocol == otherProtocol && ip == otherIp && range.Min == otherRange.Min && range.Max == otherRange.Max;

    /// <summary>The port at an index.</summary>
    public int PortAt(int index) => range.Min + index;

    /// <summary>Whether the port at an index is taken.</summary>
    public bool IsTaken(int index) => _taken[index];

    /// <summary>Takes the port at an index.</summary>
    public void Take(int index)
    {
        _taken[index] = true;
        _count++;
    }

    /// <summary>Gives a port back.</summary>
    public void Release(int port)
    {
        _taken[port - range.Min] = false;
        if (--_count == 0)
            owner.Forget(this);
    }
}
