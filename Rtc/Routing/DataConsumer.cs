namespace Rtc.Routing;

/// <summary>
/// A data producer's messages on their way to one endpoint. Made by <see cref="DataRouter.CreateConsumer"/>.
/// </summary>
public sealed class DataConsumer
{
    private readonly IDataTransport _transport;
    private readonly DataConsumerOptions _options;
    private readonly uint _maxMessageSize;
    private bool _isOpen = true;

    internal DataConsumer(
        IDataTransport transport, DataConsumerOptions options, uint maxMessageSize, IDataConsumerListener listener)
    {
        _transport = transport;
        _options = options;
        _maxMessageSize = maxMessageSize;
        Listener = listener;
        IsPaused = options.Paused;
        Subchannels = new SubchannelSet(options.IsPipe);
        Subchannels.Set([.. options.Subchannels]);
    }

    /// <summary>Its id.</summary>
    public string Id => _options.Id;

    /// <summary>Which data producer it forwards.</summary>
    public string DataProducerId => _options.DataProducerId;

    /// <summary>How its messages leave.</summary>
    public DataChannelType Type => _options.Type;

    /// <summary>Label of the data channel.</summary>
    public string Label => _options.Label;

    /// <summary>Sub-protocol of the data channel.</summary>
    public string Protocol => _options.Protocol;

    /// <summary>Who is told of it.</summary>
    public IDataConsumerListener Listener { get; }

    /// <summary>Which subchannels it is in.</summary>
    public SubchannelSet Subchannels { get; }

    /// <summary>Whether the application paused it.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Whether its data producer is paused.</summary>
    public bool IsDataProducerPaused { get; private set; }

    /// <summary>Messages that were handed to the transport.</summary>
    public long MessagesSent { get; private set; }

    /// <summary>Bytes of the messages that were handed to the transport.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Messages that were dropped because they are longer than the transport sends.</summary>
    public long MessagesTooLong { get; private set; }

    private bool IsActive => _isOpen && !IsPaused && !IsDataProducerPaused;

    /// <summary>Sends nothing from now on; what comes meanwhile is lost.</summary>
    public void Pause() => IsPaused = true;

    /// <summary>Sends again.</summary>
    public void Resume() => IsPaused = false;

    internal void OnMessage(in DataMessage message, long nowUs)
    {
        if (!IsActive || !Subchannels.Admits(message))
            return;

        if (message.Payload.Length > _maxMessageSize)
        {
            MessagesTooLong++;
            return;
        }

        MessagesSent++;
        BytesSent += message.Payload.Length;
        _transport.SendMessage(this, message.Ppid, message.Payload, nowUs);
    }

    internal void OnDataProducerPaused()
    {
        if (IsDataProducerPaused)
            return;

        IsDataProducerPaused = true;
        Listener.OnDataProducerPaused();
    }

    internal void OnDataProducerResumed()
    {
        if (!IsDataProducerPaused)
            return;

        IsDataProducerPaused = false;
        Listener.OnDataProducerResumed();
    }

    internal void Close() => _isOpen = false;

    internal void CloseWithDataProducer()
    {
        Close();
        Listener.OnDataProducerClosed();
        _transport.OnDataConsumerClosed(this);
    }
}
