using Rtc.Buffers;
using Rtc.Routing.Forwarding;
using Rtc.Rtp;
using Rtc.Rtp.Codecs;
using Xunit;

namespace RtcTests.Routing.Forwarding;

/// <summary>
/// Streams whose numbers come round again and again after their layers changed last: picture ids after 18 minutes,
/// timestamps after 13 hours.
/// </summary>
public class LayerFilterWrapTests
{
    private readonly RtpPacketPool _packets = new(new PacketPool());

    [Fact]
    public void Vp8_pictures_pass_whole_after_picture_ids_came_round()
    {
        // Layers 0, 2, 1, 2 and again.
        byte[] pattern = [0, 2, 1, 2];
        var filter = new Vp8LayerFilter(hasTemporalLayers: true);
        filter.SetTarget(new LayerIndex(0, 0));
        filter.Start(Vp8Packet(0, temporal: 0, isKeyFrame: true));
        for (int picture = 0; picture < 100_000; picture++)
        {
            if (picture == 100)
                filter.SetTarget(new LayerIndex(0, 2));

            byte temporal = pattern[picture % pattern.Length];
            bool passes = Passes(filter, Vp8Packet(picture, temporal, isKeyFrame: false));
            Assert.Equal(passes, Passes(filter, Vp8Packet(picture, temporal, isKeyFrame: false)));
            if (picture > 200)
                Assert.True(passes, $"picture {picture}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pictures_pass_after_timestamps_came_round(bool isChanged)
    {
        // A picture a second, for 40 hours.
        var filter = new PictureLayerFilter(new ScalabilityMode(1, 3, false), isDescribed: true);
        filter.SetTarget(new LayerIndex(0, isChanged ? 0 : 2));
        filter.Start(Vp9Packet(0, temporal: 0, isKeyFrame: true));
        for (int second = 0; second < 40 * 3600; second++)
        {
            if (second == 10)
                filter.SetTarget(new LayerIndex(0, 2));

            bool passes = Passes(filter, Vp9Packet(second, (byte)(second % 3), isKeyFrame: second == 0));
            if (second > 20 || !isChanged)
                Assert.True(passes, $"after {second / 3600.0:F2} hours");
        }
    }

    private static bool Passes(ILayerFilter filter, RtpPacket packet)
    {
        bool passes = filter.TryPass(packet, out _, out _);
        packet.Release(BufferPurpose.Forwarding);
        return passes;
    }

    private RtpPacket Vp8Packet(int picture, byte temporal, bool isKeyFrame)
    {
        RtpPacket packet = Packet((uint)picture * 3000);
        packet.Descriptor = new PayloadDescriptor
        {
            Codec = CodecKind.Vp8,
            IsKeyFrame = isKeyFrame,
            HasPictureId = true,
            IsLongPictureId = true,
            PictureId = (ushort)(picture & 0x7FFF),
            HasTemporalLayer = true,
            TemporalLayer = temporal,
            IsSwitchingPoint = temporal > 0,
        };
        return packet;
    }

    private RtpPacket Vp9Packet(int second, byte temporal, bool isKeyFrame)
    {
        RtpPacket packet = Packet((uint)((long)second * 90_000));
        packet.Descriptor = new PayloadDescriptor
        {
            Codec = CodecKind.Vp9,
            IsKeyFrame = isKeyFrame,
            IsStartOfFrame = true,
            IsEndOfFrame = true,
            HasLayers = true,
            HasTemporalLayer = true,
            TemporalLayer = temporal,
            IsSwitchingPoint = true,
        };
        return packet;
    }

    private RtpPacket Packet(uint timestamp)
    {
        byte[] bytes = new RtpBuilder { PayloadType = 101, Ssrc = 9000, Timestamp = timestamp }.Build();
        Assert.True(RtpPacketView.TryParse(bytes, out RtpPacketView view));
        var extensions = new RtpExtensionList(new byte[64]);
        Assert.True(_packets.TryWrite(view, 101, 9000, extensions, nowUs: 0, out RtpPacket? packet));
        return packet!;
    }
}
