namespace Rtc.Rtp;

/// <summary>A set of RTP payload types, 0 to 127.</summary>
public struct PayloadTypeSet
{
    private ulong _low;
    private ulong _high;

    /// <summary>How many are in it.</summary>
    public readonly int Count => (int)(ulong.PopCount(_low) + ulong.PopCount(_high));

    /// <summary>Adds one; only its lower 7 bits count.</summary>
    public void Add(byte payloadType)
    {
        if ((payloadType & 64) == 0)
            _low |= 1ul << payloadType;
        else
            _high |= 1ul << payloadType;
    }

    /// <summary>Whether one is in it; only its lower 7 bits count.</summary>
    public readonly bool Contains(byte payloadType)
    {
        ulong half = (payloadType & 64) == 0 ? _low : _high;
        return ((half >> payloadType) & 1) != 0;
    }

    /// <summary>All that are in it, ascending.</summary>
    public readonly byte[] ToArray()
    {
        var types = new byte[Count];
        int count = 0;
        for (byte type = 0; count < types.Length; type++)
        {
            if (Contains(type))
                types[count++] = type;
        }

        return types;
    }
}
