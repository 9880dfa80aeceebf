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
    private byte[] _header = [];

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

    /// <summary>Its SCTP stream; null where it is direct.</summary>
    public DataStreamParameters? Stream => _options.Stream;

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

    /// <summary>Bytes that wait to be sent; 0 where it is direct.</summary>
    public uint BufferedAmount => _transport.GetBufferedAmount(this);

    /// <summary>The listener is told when the bytes that wait fall to this.</summary>
    public uint BufferedAmountLowThreshold { get; private set; }

    private bool IsActive => _isOpen && !IsPaused && !IsDataProducerPaused;

    /// <summary>Sends nothing from now on; what comes meanwhile is lost.</summary>
    public void Pause() => IsPaused = true;

    /// <summary>Sends again.</summary>
    public void Resume() => IsPaused = false;

    /// <summary>Sets when the listener is told that few bytes wait.</summary>
    public void SetBufferedAmountLowThreshold(uint bytes)
    {
        BufferedAmountLowThreshold = bytes;
        _transport.OnBufferedAmountLowThreshold(this);
    }

    /// <summary>
    /// Sends a message to the peer of this data consumer alone. The caller answers the request and then tells the
    /// listener of a full buffer.
    /// </summary>
    public DataSendResult Send(in DataMessage message, long nowUs)
    {
        if (!IsActive || !Subchannels.Admits(message))
            return DataSendResult.NotActive;

        int headerLength = _options.IsPipe ? WriteHeader(message) : 0;
        int length = headerLength + message.Payload.Length;
        if (length > _maxMessageSize)
        {
            MessagesTooLong++;
            return DataSendResult.TooLong;
        }

        MessagesSent++;
        BytesSent += length;
        return _transport.SendMessage(this, message.Ppid, _header.AsSpan(0, headerLength), message.Payload, nowUs);
    }

    /// <summary>Sends nothing any more: what carries its messages is gone.</summary>
    internal void OnAssociationClosed() => _isOpen = false;

    internal void OnMessage(in DataMessage message, long nowUs)
    {
        if (Send(message, nowUs) == DataSendResult.BufferFull)
            Listener.OnSendBufferFull();
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

    // Grows to what was needed most.
    private int WriteHeader(in DataMessage message)
    {
        int needed = SubchannelHeader.LengthFor(message.Subchannels.Length);
        if (_header.Length < needed)
            _header = new byte[needed];

        return SubchannelHeader.Write(message, Subchannels, _header);
    }
}
