using Rtc.Rtp.Codecs;

namespace Rtc.Routing.Forwarding;

/// <summary>What happens to a packet at one consumer.</summary>
internal enum ForwardingAction : byte
{
    /// <summary>It is none of the packets that count in the numbering.</summary>
    Ignore,

    /// <summary>It is sent.</summary>
    Forward,

    /// <summary>It is left out, and the numbering closes over it.</summary>
    Drop,

    /// <summary>It waits: the key frame that it may belong to has not begun.</summary>
    Hold,
}

/// <summary>What a <see cref="IForwardingStrategy"/> decides about a packet.</summary>
internal struct ForwardingDecision
{
    public ForwardingAction Action { get; set; }

    /// <summary>
    /// Whether numbering starts over here; then <see cref="SyncSequenceNumber"/> counts as the last before.
    /// </summary>
    public bool IsSync { get; set; }

    public ushort SyncSequenceNumber { get; set; }

    /// <summary>What is taken off the timestamp.</summary>
    public uint TimestampOffset { get; set; }

    /// <summary>The marker to send.</summary>
    public bool Marker { get; set; }

    /// <summary>What the payload descriptor says when it is sent.</summary>
    public PictureNumbers PictureNumbers { get; set; }

    /// <summary>Whether the packets that were held are sent after this one.</summary>
    public bool ReleasesHeld { get; set; }

    /// <summary>Whether other layers are forwarded from here on.</summary>
    public bool ChangesLayers { get; set; }

    /// <summary>Whether another of the producer's streams is forwarded from here on.</summary>
    public bool SwitchesStream { get; set; }

    public static ForwardingDecision Ignore => default;

    public static ForwardingDecision Drop => new() { Action = ForwardingAction.Drop };

    public static ForwardingDecision Hold => new() { Action = ForwardingAction.Hold };
}
