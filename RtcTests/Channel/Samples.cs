using Channel.Wire;
using Wire = Channel.Wire;

namespace RtcTests.ChannelTests;

/// <summary>Messages that several tests use.</summary>
internal static class Samples
{
    /// <summary>A frame with a nested request, as Node would send it.</summary>
    internal static byte[] ConsumeRequest(WireBuilder b)
    {
        b.Clear();
        var body = Wire.Transport.ConsumeRequest.Create(
            b,
            consumerId: b.String("consumer"),
            producerId: b.String("producer"),
            kind: Wire.RtpParameters.MediaKind.Video,
            rtpParameters: RtpParameters(b),
            type: Wire.RtpParameters.Type.Simple,
            consumableRtpEncodings: b.Vector<Wire.RtpParameters.RtpEncodingParameters>(
            [
                Wire.RtpParameters.RtpEncodingParameters.Create(b, ssrc: 1234, maxBitrate: 5_000_000_000),
            ]),
            preferredLayers: Wire.Consumer.ConsumerLayers.Create(b, spatialLayer: 1, temporalLayer: 0));
        var request = Wire.Request.Request.Create(
            b,
            handlerId: b.String("transport"),
            id: 7,
            method: Wire.Request.Method.TransportConsume,
            body: body);
        return Frame(b, request);
    }

    internal static byte[] Frame(WireBuilder b, Wire.Message.BodyOffset data)
    {
        byte[] frame = b.FinishSizePrefixed(Wire.Message.Message.Create(b, data).Value).ToArray();
        b.Clear();
        return frame;
    }

    internal static Offset<Wire.RtpParameters.RtpParameters> RtpParameters(WireBuilder b)
    {
        ListBuilder<Wire.RtpParameters.RtpCodecParameters> codecs = b.StartList<Wire.RtpParameters.RtpCodecParameters>();
        codecs.Add(Wire.RtpParameters.RtpCodecParameters.Create(
            b,
            mimeType: b.String("video/VP8"),
            payloadType: 101,
            clockRate: 90000,
            rtcpFeedback: b.Vector<Wire.RtpParameters.RtcpFeedback>(
            [
                Wire.RtpParameters.RtcpFeedback.Create(b, type: b.String("nack")),
                Wire.RtpParameters.RtcpFeedback.Create(b, type: b.String("nack"), parameter: b.String("pli")),
            ])));
        codecs.Add(Wire.RtpParameters.RtpCodecParameters.Create(
            b,
            mimeType: b.String("video/rtx"),
            payloadType: 102,
            clockRate: 90000,
            parameters: b.Vector<Wire.RtpParameters.Parameter>(
            [
                Wire.RtpParameters.Parameter.Create(
                    b, b.String("apt"), Wire.RtpParameters.Integer32.Create(b, value: 101)),
            ])));
        return Wire.RtpParameters.RtpParameters.Create(
            b,
            mid: b.String("0"),
            codecs: codecs.End(),
            headerExtensions: b.Vector<Wire.RtpParameters.RtpHeaderExtensionParameters>(
            [
                Wire.RtpParameters.RtpHeaderExtensionParameters.Create(
                    b, uri: Wire.RtpParameters.RtpHeaderExtensionUri.AbsSendTime, id: 4),
            ]),
            encodings: b.Vector<Wire.RtpParameters.RtpEncodingParameters>(
            [
                Wire.RtpParameters.RtpEncodingParameters.Create(
                    b, ssrc: 1111, rtx: Wire.RtpParameters.Rtx.Create(b, ssrc: 2222), dtx: true),
            ]),
            rtcp: Wire.RtpParameters.RtcpParameters.Create(b, cname: b.String("cname"), reducedSize: false));
    }
}
