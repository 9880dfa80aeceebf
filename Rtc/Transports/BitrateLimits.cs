using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>The bitrate limits that an application sets on a transport, in bits a second; 0 is no limit.</summary>
public sealed class BitrateLimits
{
    /// <summary>The least outgoing limit that makes sense.</summary>
    public const ulong LeastOutgoing = 30_000;

    /// <summary>The highest value that can be asked for; the one above means "no limit" to estimators.</summary>
    public const ulong Highest = long.MaxValue - 1;

    /// <summary>What the peer may send.</summary>
    public ulong MaxIncoming { get; private set; }

    /// <summary>What may be sent to the peer.</summary>
    public ulong MaxOutgoing { get; private set; }

    /// <summary>What may be sent to the peer whatever the estimate says.</summary>
    public ulong MinOutgoing { get; private set; }

    /// <summary>Sets what the peer may send.</summary>
    /// <exception cref="RequestException">TypeError: the value is out of range.</exception>
    public void SetMaxIncoming(ulong bitrate)
    {
        CheckRange(bitrate, nameof(MaxIncoming));
        MaxIncoming = bitrate;
    }

    /// <summary>Sets what may be sent to the peer.</summary>
    /// <exception cref="RequestException">TypeError: out of range, or below the minimum.</exception>
    public void SetMaxOutgoing(ulong bitrate)
    {
        CheckOutgoing(bitrate, nameof(MaxOutgoing));
        if (bitrate > 0 && bitrate < MinOutgoing)
        {
            throw RequestException.TypeError(
                $"maxOutgoingBitrate {bitrate} is below the current minOutgoingBitrate {MinOutgoing}");
        }

        MaxOutgoing = bitrate;
    }

    /// <summary>Sets what may be sent to the peer whatever the estimate says.</summary>
    /// <exception cref="RequestException">TypeError: out of range, or above the maximum.</exception>
    public void SetMinOutgoing(ulong bitrate)
    {
        CheckOutgoing(bitrate, nameof(MinOutgoing));
        if (MaxOutgoing > 0 && bitrate > MaxOutgoing)
        {
            throw RequestException.TypeError(
                $"minOutgoingBitrate {bitrate} is above the current maxOutgoingBitrate {MaxOutgoing}");
        }

        MinOutgoing = bitrate;
    }

    private static void CheckOutgoing(ulong bitrate, string name)
    {
        CheckRange(bitrate, name);
        if (bitrate is > 0 and < LeastOutgoing)
            throw RequestException.TypeError($"{name} {bitrate} is below {LeastOutgoing}; 0 means no limit");
    }

    private static void CheckRange(ulong bitrate, string name)
    {
        if (bitrate > Highest)
            throw RequestException.TypeError($"{name} {bitrate} is above {Highest}; 0 means no limit");
    }
}
