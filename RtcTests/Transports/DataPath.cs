using Rtc.Routing;
using Rtc.Sctp;
using Rtc.Seams;
using Rtc.Transports;
using RtcTests.Ice;
using RtcTests.Routing;
using RtcTests.Simulation;

namespace RtcTests.Transports;

/// <summary>
/// Two routers with a transport each that speaks SCTP, and the network between them, in virtual time. On both sides a
/// DirectTransport stands for the application.
/// </summary>
internal sealed class DataPath
{
    private readonly EmulatedLink _toFar;
    private readonly EmulatedLink _toNear;

    public DataPath(
        bool isPipe,
        EmulatedLinkOptions? link = null,
        SctpTransportOptions? sctp = null,
        uint maxMessageSize = 256 * 1024)
    {
        _toFar = new EmulatedLink(link ?? new EmulatedLinkOptions { DelayUs = 10_000 }, seed: 1);
        _toNear = new EmulatedLink(link ?? new EmulatedLinkOptions { DelayUs = 10_000 }, seed: 2);
        var options = new TransportOptions
        {
            MaxSendMessageSize = maxMessageSize,
            MaxReceiveMessageSize = maxMessageSize,
            Sctp = sctp ?? new SctpTransportOptions(),
        };
        Near = new Side("near", 1, isPipe, options, bytes => _toFar.Send(bytes, NowUs));
        Far = new Side("far", 2, isPipe, options, bytes => _toNear.Send(bytes, NowUs));
    }

    public Side Near { get; }

    public Side Far { get; }

    public long NowUs { get; private set; } = 1_000_000;

    /// <summary>Lets both sides know each other.</summary>
    public void Connect()
    {
        Near.Connect(Far, NowUs);
        Far.Connect(Near, NowUs);
    }

    /// <summary>Lets what the application of the near side sends on a stream come to that of the far side.</summary>
    public DataConsumer Link(ushort streamId, bool ordered = true, ushort? maxRetransmits = null)
    {
        var stream = new DataStreamParameters(streamId, ordered, null, maxRetransmits);
        DataConsumer consumer = Near.Consume(stream, NowUs);
        Far.Produce(stream, NowUs);
        return consumer;
    }

    /// <summary>Runs until a condition holds or a time has passed; says whether it holds.</summary>
    public bool Run(long us, Func<bool>? until = null)
    {
        long untilUs = NowUs + us;
        while (until is null || !until())
        {
            long next = Math.Min(
                Math.Min(_toFar.NextUs, _toNear.NextUs), Math.Min(Near.DeadlineUs, Far.DeadlineUs));
            if (next > untilUs)
            {
                NowUs = untilUs;
                return until is not null && until();
            }

            NowUs = Math.Max(NowUs, next);
            while (_toFar.TryReceive(NowUs, out byte[] datagram))
                Far.Receive(Near, datagram, NowUs);
            while (_toNear.TryReceive(NowUs, out byte[] datagram))
                Near.Receive(Far, datagram, NowUs);
            Near.Expire(NowUs);
            Far.Expire(NowUs);
        }

        return true;
    }

    /// <summary>One router, its transport, and its application.</summary>
    internal sealed class Side : IPlainTransportListener
    {
        private readonly Room _room;
        private readonly SimulatedSocket _socket;
        private readonly string _ip;
        private readonly TransportAddress _address;
        private readonly DirectTransport _application;

        public Side(string name, byte number, bool isPipe, TransportOptions options, Action<byte[]> send)
        {
            _room = new Room(number);
            _ip = $"192.0.2.{number}";
            _address = FakeSocket.Address(_ip, 5000);
            _socket = new SimulatedSocket(_address, (_, bytes) => send(bytes.ToArray()));
            _application = new DirectTransport(
                "application",
                new TransportOptions { Direct = true, MaxSendMessageSize = 1 << 20, MaxReceiveMessageSize = 1 << 20 },
                _room.Router,
                new RecordingListener());
            _room.Router.AddTransport(_application);
            if (isPipe)
            {
                var pipe = new PipeTransport(name, new PipeTransportOptions { Base = options }, _room.Router, this);
                pipe.Attach(_socket);
                Transport = pipe;
            }
            else
            {
                var plain = new PlainTransport(
                    name, new PlainTransportOptions { Base = options, RtcpMux = true }, _room.Router, this);
                plain.Attach(_socket, null);
                Transport = plain;
            }

            _room.Router.AddTransport(Transport);
        }

        public UdpTransport Transport { get; }

        /// <summary>What the application is told of the transport.</summary>
        public List<string> Events { get; } = [];

        /// <summary>What the application is told of its data consumers, and the messages that reach it.</summary>
        public RecordingListener Application { get; } = new();

        public long DeadlineUs => _room.Environment.Deadlines.NextUs;

        public int DeadlineCount => _room.Environment.Deadlines.Count;

        public void Connect(Side other, long nowUs)
        {
            if (Transport is PipeTransport pipe)
                pipe.Connect(other._ip, 5000, null);
            else
                ((PlainTransport)Transport).Connect(other._ip, 5000, null, null);

            Transport.SetConnected(nowUs);
        }

        /// <summary>A data producer of the application and a data consumer of it on the transport.</summary>
        public DataConsumer Consume(DataStreamParameters stream, long nowUs)
        {
            string id = $"from-application-{stream.StreamId}";
            _application.Data.Produce(new DataProducerOptions { Id = id, Type = DataChannelType.Direct });
            DataConsumer consumer = Transport.Data.Consume(
                new DataConsumerOptions
                {
                    Id = $"out-{stream.StreamId}",
                    DataProducerId = id,
                    Type = DataChannelType.Sctp,
                    Stream = stream,
                    IsPipe = Transport is PipeTransport,
                },
                Application);
            Transport.StartData(nowUs);
            return consumer;
        }

        /// <summary>A data producer on the transport and a data consumer of it that gives to the application.</summary>
        public DataProducer Produce(DataStreamParameters stream, long nowUs)
        {
            string id = $"in-{stream.StreamId}";
            DataProducer producer = Transport.Data.Produce(
                new DataProducerOptions { Id = id, Type = DataChannelType.Sctp, Stream = stream });
            _application.Data.Consume(
                new DataConsumerOptions
                {
                    Id = $"to-application-{stream.StreamId}",
                    DataProducerId = id,
                    Type = DataChannelType.Direct,
                },
                Application);
            Transport.StartData(nowUs);
            return producer;
        }

        /// <summary>The application sends to all data consumers of a stream's data producer.</summary>
        public void Send(ushort streamId, in DataMessage message, long nowUs) =>
            _application.Application.OnMessage(
                _application.Data.Producers[$"from-application-{streamId}"], message, nowUs);

        /// <summary>The application puts the one who hears a stream into a subchannel.</summary>
        public void Subscribe(ushort streamId, ushort subchannel) =>
            _application.Data.Consumers[$"to-application-{streamId}"].Subchannels.Add(subchannel);

        public void Close(long nowUs) => _room.Router.CloseTransport(Transport.Id, nowUs);

        public void Receive(Side from, byte[] datagram, long nowUs) =>
            Transport.OnDatagram(_socket, from._address, datagram, nowUs);

        public void Expire(long nowUs) => _room.Environment.Deadlines.Expire(nowUs);

        void ITransportListener.OnSctpStateChange(SctpState state) => Events.Add(state.ToString());

        void ITransportListener.OnSctpNegotiatedCapabilities(ushort outgoingStreams, ushort incomingStreams) =>
            Events.Add($"{outgoingStreams}/{incomingStreams}");

        void ITransportListener.OnTrace(TransportTraceEventTypes type, long timestampMs)
        {
        }

        void IPlainTransportListener.OnTuple(TupleInfo tuple) => Events.Add("tuple");

        void IPlainTransportListener.OnRtcpTuple(TupleInfo tuple) => Events.Add("RTCP tuple");
    }
}
