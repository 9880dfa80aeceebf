using Rtc.Rtp;
using Rtc.Rtp.Codecs;
using RtcTests.Fuzz;
using Xunit;

namespace RtcTests.Rtp.Codecs;

public class PayloadDescriptorTests
{
    private const string Vp8Full = "90 E0 8123 45 A0 00 0200 9D012A";
    private const string Vp9Flexible = "F8 8123 25 05 02 00";
    private const string Vp9KeyFrame = "8A 8001 38 0140 00B4 0280 0168 02 04 00 49 01 02 FF";

    [Fact]
    public void Reads_VP8_with_all_fields()
    {
        Assert.True(Vp8.TryParse(RtpSamples.Hex(Vp8Full), out PayloadDescriptor read));

        Assert.Equal(
            new PayloadDescriptor
            {
                Codec = CodecKind.Vp8,
                IsStartOfFrame = true,
                IsKeyFrame = true,
                HasPictureId = true,
                IsLongPictureId = true,
                PictureId = 0x123,
                HasTl0PictureIndex = true,
                Tl0PictureIndex = 0x45,
                HasTemporalLayer = true,
                TemporalLayer = 2,
                IsSwitchingPoint = true,
                Length = 6,
            },
            read);
    }

    [Theory]
    [InlineData("10 00", true)]
    [InlineData("10 01", false)]
    [InlineData("00 00", false)]
    [InlineData("11 00", false)]
    [InlineData("10", false)]
    [InlineData("90 00 00", true)]
    [InlineData("90 80 11 00", true)]
    [InlineData("90 80 9122 00", true)]
    [InlineData("90 80 9122 01", false)]
    [InlineData("90 10 00 00", true)]
    public void A_VP8_key_frame_starts_partition_0_with_the_bit_clear(string payload, bool isKeyFrame)
    {
        Assert.True(Vp8.TryParse(RtpSamples.Hex(payload), out PayloadDescriptor read));
        Assert.Equal(isKeyFrame, read.IsKeyFrame);
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("80 80")]
    [InlineData("80 80 80")]
    [InlineData("80 40")]
    [InlineData("80 20")]
    [InlineData("80 10")]
    [InlineData("80 E0 8123 45")]
    public void A_VP8_descriptor_that_ends_early_is_none(string payload)
    {
        Assert.False(Vp8.TryParse(RtpSamples.Hex(payload), out PayloadDescriptor read));
        Assert.Equal(default, read);
    }

    [Theory]
    [InlineData(Vp8Full, "90 E0 FABC DE A0")]
    [InlineData("90 E0 11 45 A0 00", "90 E0 FABC DE A0")]
    [InlineData("90 80 11 00", "90 80 FABC")]
    [InlineData("90 40 45 00", "90 40 DE")]
    [InlineData("90 10 05 00", "90 10 05")]
    [InlineData("90 00 00", "90 00")]
    [InlineData("10 00", "10")]
    public void A_VP8_descriptor_is_rewritten_with_a_long_picture_id(string payload, string expected)
    {
        byte[] bytes = RtpSamples.Hex(payload);
        byte[] prefix = new byte[Vp8.MaxDescriptorLength];
        Assert.True(Vp8.TryParse(bytes, out PayloadDescriptor read));

        int length = Vp8.Rewrite(bytes, read, 0x7ABC, 0xDE, prefix);

        Assert.Equal(RtpSamples.Hex(expected), prefix[..length]);
    }

    [Fact]
    public void Reads_VP9_in_flexible_mode()
    {
        Assert.True(Vp9.TryParse(RtpSamples.Hex(Vp9Flexible), out PayloadDescriptor read));

        Assert.Equal(
            new PayloadDescriptor
            {
                Codec = CodecKind.Vp9,
                IsInterPicturePredicted = true,
                IsStartOfFrame = true,
                HasPictureId = true,
                IsLongPictureId = true,
                PictureId = 0x123,
                HasLayers = true,
                HasTemporalLayer = true,
                TemporalLayer = 1,
                SpatialLayer = 2,
                DependsOnLowerSpatialLayer = true,
                Length = 6,
            },
            read);
    }

    [Fact]
    public void Reads_a_VP9_key_frame_with_its_structure()
    {
        Assert.True(Vp9.TryParse(RtpSamples.Hex(Vp9KeyFrame), out PayloadDescriptor read));

        Assert.True(read.IsKeyFrame);
        Assert.Equal(2, read.SpatialLayerCount);
        Assert.False(read.HasLayers);
    }

    [Theory]
    [InlineData("AC 05 10 09", true, 0, 0, 9, true)]
    [InlineData("AC 05 52 09", false, 1, 2, 9, true)]
    [InlineData("A4 05 10 09", false, 0, 0, 9, true)]
    [InlineData("EC 05 10 09", false, 0, 0, 9, true)]
    public void Reads_VP9_without_flexible_mode(
        string payload, bool isKeyFrame, int spatial, int temporal, int tl0, bool isEnd)
    {
        Assert.True(Vp9.TryParse(RtpSamples.Hex(payload), out PayloadDescriptor read));

        Assert.Equal(isKeyFrame, read.IsKeyFrame);
        Assert.Equal((spatial, temporal, tl0), (read.SpatialLayer, read.TemporalLayer, read.Tl0PictureIndex));
        Assert.Equal(isEnd, read.IsEndOfFrame);
        Assert.True(read.IsSwitchingPoint);
        Assert.Equal(4, read.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("80 80")]
    [InlineData("20")]
    [InlineData("20 00")]
    [InlineData("50")]
    [InlineData("50 01 01")]
    [InlineData("02")]
    [InlineData("02 18 0140 00")]
    [InlineData("02 08")]
    [InlineData("02 08 01")]
    [InlineData("02 08 01 0C 01 02")]
    public void A_VP9_descriptor_that_ends_early_is_none(string payload)
    {
        Assert.False(Vp9.TryParse(RtpSamples.Hex(payload), out _));
    }

    [Theory]
    [InlineData("67 42", true)]
    [InlineData("65 88", false)]
    [InlineData("41 9A", false)]
    [InlineData("67", false)]
    [InlineData("78 0002 67 42 0001 68", true)]
    [InlineData("78 0001 09 0002 67 42", true)]
    [InlineData("78 0001 09 0002 68 42", false)]
    [InlineData("78 FFFF 09 00 67", false)]
    [InlineData("78 0000 09 00", false)]
    [InlineData("7C 87", true)]
    [InlineData("7C 07", false)]
    [InlineData("7C 85", false)]
    [InlineData("7D 87", true)]
    public void An_H264_key_frame_begins_with_a_sequence_parameter_set(string payload, bool isKeyFrame)
    {
        Assert.True(Parse(CodecKind.H264, RtpSamples.Hex(payload), [], out PayloadDescriptor read));
        Assert.Equal(isKeyFrame, read.IsKeyFrame);
    }

    [Theory]
    [InlineData("08", true, true)]
    [InlineData("09", true, true)]
    [InlineData("0A 00", true, true)]
    [InlineData("0A", false, false)]
    [InlineData("0B", false, false)]
    [InlineData("0B 01", true, false)]
    [InlineData("08 FF", true, false)]
    [InlineData("0A 01 FF", true, false)]
    [InlineData("", false, false)]
    public void Opus_silence_is_a_packet_without_frame_bytes(string payload, bool isOpus, bool isDtx)
    {
        Assert.Equal(isOpus, Parse(CodecKind.Opus, RtpSamples.Hex(payload), [], out PayloadDescriptor read));
        Assert.Equal(isDtx, read.IsDtx);
    }

    [Fact]
    public void Other_codecs_say_nothing()
    {
        Assert.False(Parse(CodecKind.Pcmu, [1, 2, 3], [], out PayloadDescriptor read));
        Assert.Equal(default, read);
    }

    [Fact]
    public void Malformed_payloads_never_break_it()
    {
        byte[][] seeds =
        [
            RtpSamples.Hex(Vp8Full),
            RtpSamples.Hex(Vp9Flexible),
            RtpSamples.Hex(Vp9KeyFrame),
            RtpSamples.Hex("78 0001 09 0002 67 42"),
            RtpSamples.Hex("7C 87 01 02"),
            DependencyDescriptorReaderTests.KeyFrame,
        ];

        Mutation.Sweep(PayloadFuzz.Fuzz, seeds);
        Mutation.Loop(PayloadFuzz.Fuzz, seed: 2, rounds: 5_000, seeds);

        Assert.All(seeds, seed => Assert.NotEmpty(seed));
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        byte[] vp8 = RtpSamples.Hex(Vp8Full);
        byte[] vp9 = RtpSamples.Hex(Vp9KeyFrame);
        byte[] dependency = DependencyDescriptorReaderTests.KeyFrame;
        byte[] prefix = new byte[Vp8.MaxDescriptorLength];
        var dependencies = new DependencyDescriptorReader();
        int keyFrames = 0;

        long bytes = Allocation.Measure(() =>
        {
            PayloadDescriptorParser.TryParse(CodecKind.Vp8, vp8, [], dependencies, out PayloadDescriptor read);
            Vp8.Rewrite(vp8, read, 1, 2, prefix);
            keyFrames += read.IsKeyFrame ? 1 : 0;
            PayloadDescriptorParser.TryParse(CodecKind.Vp9, vp9, [], dependencies, out read);
            keyFrames += read.IsKeyFrame ? 1 : 0;
            PayloadDescriptorParser.TryParse(CodecKind.Av1, [], dependency, dependencies, out read);
            keyFrames += read.IsKeyFrame ? 1 : 0;
        });

        Assert.Equal(0, bytes);
        Assert.Equal(3 * Allocation.TotalRuns, keyFrames);
    }

    private static bool Parse(
        CodecKind codec, byte[] payload, byte[] dependencyDescriptor, out PayloadDescriptor descriptor) =>
        PayloadDescriptorParser.TryParse(
            codec, payload, dependencyDescriptor, new DependencyDescriptorReader(), out descriptor);
}
