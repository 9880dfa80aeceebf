using Channel.Wire;

namespace Channel;

/// <summary>What came over the pipe.</summary>
public enum IncomingKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A request, to be answered with its id.</summary>
    Request,

    /// <summary>A notification.</summary>
    Notification,

    /// <summary>A frame that is no valid message: to be logged and dropped.</summary>
    Malformed,

    /// <summary>A valid message of a kind that only the worker sends: to be logged and dropped.</summary>
    Unexpected,

    /// <summary>A frame over the limit: the pipe is unusable from here on, the worker closes.</summary>
    TooLarge,
}

/// <summary>One message from Node. Borrows the reader's buffer: gone when more bytes are received.</summary>
public readonly ref struct IncomingMessage
{
    internal IncomingMessage(IncomingKind kind) => Kind = kind;

    /// <summary>What it is; decides which of the others is there.</summary>
    public IncomingKind Kind { get; private init; }

    /// <summary>The request.</summary>
    public Wire.Request.Request Request { get; private init; }

    /// <summary>The notification.</summary>
    public Wire.Notification.Notification Notification { get; private init; }

    /// <summary>What is wrong with a malformed frame.</summary>
    public WireDefect Defect { get; private init; }

    internal static IncomingMessage Of(Wire.Request.Request request) =>
        new(IncomingKind.Request) { Request = request };

    internal static IncomingMessage Of(Wire.Notification.Notification notification) =>
        new(IncomingKind.Notification) { Notification = notification };

    internal static IncomingMessage Of(WireDefect defect) => new(IncomingKind.Malformed) { Defect = defect };
}

/// <summary>
/// Node's half of the pipe: is fed bytes and yields verified messages. No IO, and no allocation once its buffer has
/// grown to the longest frame.
/// </summary>
public sealed class ChannelReader
{
    private readonly FrameReader _frames = new();
    private readonly WireLayout _layout;

    /// <summary>A reader of one dialect.</summary>
    public ChannelReader(WireLayout layout) => _layout = layout;

    /// <summary>Whether a frame over the limit came: nothing more can be read.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Frames taken so far, good or bad.</summary>
    public long FrameCount { get; private set; }

    /// <summary>Frames so far that were malformed or of an unexpected kind.</summary>
    public long DroppedCount { get; private set; }

    /// <summary>Room for bytes of the pipe, never empty. Ends the life of the message read last.</summary>
    public Span<byte> GetReceiveSpan() => _frames.GetReceiveSpan();

    /// <summary>Takes bytes that were written to the start of <see cref="GetReceiveSpan"/>.</summary>
    public void Advance(int count) => _frames.Advance(count);

    /// <summary>Takes the next message; call it until it returns false.</summary>
    /// <param name="message">The message, when true is returned.</param>
    public bool TryRead(out IncomingMessage message)
    {
        message = default;
        if (IsBroken)
        {
            return false;
        }
        FrameStatus status = _frames.TryRead(out ReadOnlySpan<byte> payload);
        if (status == FrameStatus.Incomplete)
        {
            return false;
        }
        if (status == FrameStatus.TooLarge)
        {
            IsBroken = true;
            message = new IncomingMessage(IncomingKind.TooLarge);
            return true;
        }
        FrameCount++;
        message = Decode(payload);
        if (message.Kind is IncomingKind.Malformed or IncomingKind.Unexpected)
        {
            DroppedCount++;
        }
        return true;
    }

    private IncomingMessage Decode(ReadOnlySpan<byte> payload)
    {
        if (!Wire.Message.Message.TryRead(payload, _layout, out Wire.Message.Message root, out WireDefect defect))
        {
            return IncomingMessage.Of(defect);
        }
        if (root.TryGetData(out Wire.Request.Request request))
        {
            return IncomingMessage.Of(request);
        }
        return root.TryGetData(out Wire.Notification.Notification notification)
            ? IncomingMessage.Of(notification)
            : new IncomingMessage(IncomingKind.Unexpected);
    }
}
