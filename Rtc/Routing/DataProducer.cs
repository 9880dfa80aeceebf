namespace Rtc.Routing;

/// <summary>A data channel that an endpoint sends on. Made by <see cref="DataRouter.CreateProducer"/>.</summary>
public sealed class DataProducer
{
    private readonly DataProducerOptions _options;
    private readonly uint _maxMessageSize;
    private DataFanout? _fanout;

    internal DataProducer(DataProducerOptions options, uint maxMessageSize)
    {
        _options = options;
        _maxMessageSize = maxMessageSize;
        IsPaused = options.Paused;
    }

    /// <summary>Its id.</summary>
    public string Id => _options.Id;

    /// <summary>How its messages arrive.</summary>
    public DataChannelType Type => _options.Type;

    /// <summary>Its SCTP stream; null where it is direct.</summary>
    public DataStreamParameters? Stream => _options.Stream;

    /// <summary>Label of the data channel.</summary>
    public string Label => _options.Label;

    /// <summary>Sub-protocol of the data channel.</summary>
    public string Protocol => _options.Protocol;

    /// <summary>Whether it is paused: messages are counted and not forwarded.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Messages that arrived.</summary>
    public long MessagesReceived { get; private set; }

    /// <summary>Bytes of the messages that arrived.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>Takes a message and gives it to those who follow; false when it is too long, which drops it.</summary>
    public bool TryReceive(in DataMessage message, long nowUs)
    {
        if (message.Payload.Length > _maxMessageSize)
            return false;

        MessagesReceived++;
        BytesReceived += message.Payload.Length;
        if (!IsPaused)
            _fanout?.OnMessage(message, nowUs);

        return true;
    }

    /// <summary>Forwards nothing from now on; data consumers are told. Without effect when paused.</summary>
    public void Pause()
    {
        if (IsPaused)
            return;

        IsPaused = true;
        _fanout?.OnPaused();
    }

    /// <summary>Forwards again; data consumers are told. Without effect when not paused.</summary>
    public void Resume()
    {
        if (!IsPaused)
            return;

        IsPaused = false;
        _fanout?.OnResumed();
    }

    internal void Open(DataFanout fanout) => _fanout = fanout;

    internal void Close() => _fanout = null;
}
