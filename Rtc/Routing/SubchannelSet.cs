namespace Rtc.Routing;

/// <summary>The subchannels that a data consumer is in, and which messages are meant for it.</summary>
/// <param name="isPipe">
/// Whether it feeds another router. Without any subchannel it passes all on; and what its members are not to see is
/// decided there, by their own subchannels.
/// </param>
public sealed class SubchannelSet(bool isPipe)
{
    private readonly HashSet<ushort> _members = [];

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _members.Count == 0;

    /// <summary>All of them.</summary>
    public ushort[] ToArray() => [.. _members];

    /// <summary>Replaces all.</summary>
    public void Set(ReadOnlySpan<ushort> subchannels)
    {
        _members.Clear();
        foreach (ushort subchannel in subchannels)
            _members.Add(subchannel);
    }

    /// <summary>Whether it is one of them.</summary>
    public bool Contains(ushort subchannel) => _members.Contains(subchannel);

    /// <summary>Adds one.</summary>
    public void Add(ushort subchannel) => _members.Add(subchannel);

    /// <summary>Takes one out.</summary>
    public void Remove(ushort subchannel) => _members.Remove(subchannel);

    /// <summary>Whether a message is meant for who is in these subchannels.</summary>
    public bool Admits(in DataMessage message)
    {
        if (isPipe && _members.Count == 0)
            return true;

        if (message.RequiredSubchannel is { } required && !_members.Contains(required))
            return false;

        if (!isPipe && message.IgnoredSubchannel is { } ignored && _members.Contains(ignored))
            return false;

        if (message.Subchannels.IsEmpty)
            return true;

        foreach (ushort subchannel in message.Subchannels)
        {
            if (_members.Contains(subchannel))
                return true;
        }

        return false;
    }
}
