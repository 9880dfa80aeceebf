namespace Rtc.Routing;

/// <summary>What happens to a packet at one consumer.</summary>
internal enum ForwardingAction : byte
{
    /// <summary>It is sent.</summary>
    Forward,

    /// <summary>It is left out, and the numbering closes over it.</summary>
    Drop,

    /// <summary>It is none of the packets that count in the numbering.</summary>
    Ignore,

    /// <summary>It waits: the key frame that it may belong to has not begun.</summary>
    Hold,
}

/// <summary>What a <see cref="IForwardingStrategy"/> decides about a packet.</summary>
internal readonly struct ForwardingDecision
{
    public ForwardingAction Action { get; init; }

    /// <summary>
    /// Whether numbering starts over here; then <see cref="SyncSequenceNumber"/> counts as the last before.
    /// </summary>
    public bool IsSync { get; init; }

    public ushort SyncSequenceNumber { get; init; }

    /// <summary>What is taken off the timestamp.</summary>
    public uint TimestampOffset { get; init; }

    /// <summary>The marker to send.</summary>
    public bool Marker { get; init; }

    /// <summary>Whether the packets that were held are sent after this one.</summary>
    public bool ReleasesHeld { get; init; }

    /// <summary>Whether other layers are forwarded from here on.</summary>
    public bool ChangesLayers { get; init; }
}
