using Channel.Wire;
using Rtc.Routing;
using Rtc.Sctp;
using Rtc.Transports;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Writes what is particular to SCTP, and reads the streams that the application wants.</summary>
internal static class SctpWriter
{
    /// <summary>A state as notifications show it.</summary>
    public static Wire.SctpAssociation.SctpState ToWire(SctpState state) => state switch
    {
        SctpState.New => Wire.SctpAssociation.SctpState.New,
        SctpState.Connecting => Wire.SctpAssociation.SctpState.Connecting,
        SctpState.Connected => Wire.SctpAssociation.SctpState.Connected,
        SctpState.Failed => Wire.SctpAssociation.SctpState.Failed,
        _ => Wire.SctpAssociation.SctpState.Closed,
    };

    /// <summary>A state as dumps and stats show it, where one that failed is closed; null without SCTP.</summary>
    public static Wire.SctpAssociation.SctpState? ToDump(SctpState? state) =>
        state is { } known ? ToWire(known == SctpState.Failed ? SctpState.Closed : known) : null;

    /// <summary>Writes the parameters of an association.</summary>
    public static Offset<Wire.SctpParameters.SctpParameters> WriteParameters(WireBuilder b, TransportDump dump) =>
        dump.Sctp is not { } sctp
            ? default
            : Wire.SctpParameters.SctpParameters.Create(
                b,
                port: sctp.Port,
                os: sctp.Options.RequestedOutgoingStreams,
                mis: sctp.Options.IncomingStreams,
                maxMessageSize: EarlierReleases.MaxMessageSize(dump),
                sctpBufferedAmount: sctp.BufferedAmount,
                maxSendMessageSize: dump.MaxSendMessageSize,
                maxReceiveMessageSize: dump.MaxReceiveMessageSize,
                sendBufferSize: sctp.Options.SendBufferSize,
                perStreamSendQueueLimit: sctp.Options.PerStreamSendQueueLimit,
                maxReceiverWindowBufferSize: sctp.Options.MaxReceiverWindowBufferSize,
                isDataChannel: sctp.Options.IsDataChannel);

    /// <summary>Writes what both ends agreed on, as a dump shows it.</summary>
    public static Offset<Wire.SctpAssociation.SctpNegotiatedCapabilities> WriteCapabilities(
        WireBuilder b, SctpDump? sctp) =>
        sctp is null ? default : WriteCapabilities(b, sctp.OutgoingStreams, sctp.IncomingStreams);

    /// <summary>Writes what both ends agreed on.</summary>
    public static Offset<Wire.SctpAssociation.SctpNegotiatedCapabilities> WriteCapabilities(
        WireBuilder b, ushort outgoingStreams, ushort incomingStreams) =>
        Wire.SctpAssociation.SctpNegotiatedCapabilities.Create(
            b, negotiatedMaxOutboundStreams: outgoingStreams, negotiatedMaxInboundStreams: incomingStreams);

    /// <summary>Writes which data producer each stream belongs to.</summary>
    public static Offset<Wire.Transport.SctpListener> WriteListener(WireBuilder b, SctpDump? sctp) =>
        sctp is null
            ? default
            : Wire.Transport.SctpListener.Create(b, streamIdTable: MapWriter.Write(b, sctp.StreamTable));

    /// <summary>Writes a stream; nothing where there is none.</summary>
    public static Offset<Wire.SctpParameters.SctpStreamParameters> WriteStream(
        WireBuilder b, DataStreamParameters? stream) =>
        stream is null
            ? default
            : Wire.SctpParameters.SctpStreamParameters.Create(
                b,
                streamId: stream.StreamId,
                ordered: stream.Ordered,
                maxPacketLifeTime: stream.MaxPacketLifeTimeMs,
                maxRetransmits: stream.MaxRetransmits);

    /// <summary>Reads a stream.</summary>
    /// <exception cref="Rtc.Seams.RequestException">TypeError: it contradicts itself.</exception>
    public static DataStreamParameters ReadStream(Wire.SctpParameters.SctpStreamParameters wire) =>
        new(wire.StreamId, wire.Ordered, wire.MaxPacketLifeTime, wire.MaxRetransmits);
}
