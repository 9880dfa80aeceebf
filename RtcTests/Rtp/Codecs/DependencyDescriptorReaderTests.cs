using Rtc.Rtp;
using Rtc.Rtp.Codecs;
using Xunit;

namespace RtcTests.Rtp.Codecs;

public class DependencyDescriptorReaderTests
{
    /// <summary>
    /// Two spatial and two temporal layers, written after the syntax of appendix A.8: start and end of frame, template
    /// 5 (the first, by an offset of 5), frame 1000.
    /// </summary>
    public static byte[] KeyFrame => new BitWriter()
        .Bits(1, 1).Bits(1, 1).Bits(5, 6).Bits(1000, 16)
        .Bits(1, 1).Bits(0, 1).Bits(0, 3)
        .Bits(5, 6).Bits(3, 5)
        .Bits(1, 2).Bits(2, 2).Bits(1, 2).Bits(3, 2)
        .Bits(0b10_10_10_10, 8).Bits(0b00_10_00_01, 8).Bits(0b00_00_10_10, 8).Bits(0b00_00_00_01, 8)
        .Bits(0, 1)
        .Bits(1, 1).Bits(0, 4).Bits(1, 1).Bits(3, 4).Bits(0, 1)
        .Bits(0, 1)
        .Bits(1, 1).Bits(15, 4).Bits(0, 1)
        .NonSymmetric(2, 5)
        .NonSymmetric(0, 2).NonSymmetric(0, 2).NonSymmetric(1, 2).NonSymmetric(1, 2)
        .Bits(0x12345678, 32)
        .Bits(1, 1)
        .Bits(639, 16).Bits(359, 16).Bits(1279, 16).Bits(719, 16)
        .ToArray();

    [Fact]
    public void Reads_the_templates_of_a_key_frame()
    {
        var reader = new DependencyDescriptorReader();

        Assert.True(reader.TryRead(KeyFrame, CodecKind.Av1, out PayloadDescriptor read));

        Assert.Equal(
            new PayloadDescriptor
            {
                Codec = CodecKind.Av1,
                IsKeyFrame = true,
                IsStartOfFrame = true,
                IsEndOfFrame = true,
                HasPictureId = true,
                PictureId = 1000,
                HasLayers = true,
                HasTemporalLayer = true,
                HasDecodeTargets = true,
                NeededBy = read.NeededBy,
                SwitchesTo = read.SwitchesTo,
                SpatialLayerCount = 2,
                TemporalLayerCount = 2,
            },
            read);
        for (int spatial = 0; spatial < 2; spatial++)
        {
            for (int temporal = 0; temporal < 2; temporal++)
            {
                Assert.True(read.NeededBy.Contains(spatial, temporal));
                Assert.True(read.SwitchesTo.Contains(spatial, temporal));
            }
        }

    }

    [Theory]
    [InlineData(5, 0, 0)]
    [InlineData(6, 0, 1)]
    [InlineData(7, 1, 0)]
    [InlineData(8, 1, 1)]
    public void Later_frames_refer_to_the_templates(int template, int spatial, int temporal)
    {
        var reader = new DependencyDescriptorReader();
        reader.TryRead(KeyFrame, CodecKind.Av1, out _);

        Assert.True(reader.TryRead([(byte)template, 0x03, 0xE9], CodecKind.Av1, out PayloadDescriptor read));

        Assert.False(read.IsKeyFrame);
        Assert.Equal((spatial, temporal), (read.SpatialLayer, read.TemporalLayer));
        Assert.Equal(1001, read.PictureId);
        Assert.Equal((0, 0), (read.SpatialLayerCount, read.TemporalLayerCount));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(63)]
    public void A_template_that_was_not_sent_is_malformed(int template)
    {
        var reader = new DependencyDescriptorReader();
        reader.TryRead(KeyFrame, CodecKind.Av1, out _);

        Assert.False(reader.TryRead([(byte)template, 0x03, 0xE9], CodecKind.Av1, out PayloadDescriptor read));
        Assert.Equal(default, read);
    }

    [Fact]
    public void Before_the_first_key_frame_nothing_is_known()
    {
        Assert.False(new DependencyDescriptorReader().TryRead([0xC5, 0, 1], CodecKind.Av1, out _));
        Assert.False(new DependencyDescriptorReader().TryRead([], CodecKind.Av1, out _));
    }

    [Fact]
    public void Active_decode_targets_are_stepped_over()
    {
        var reader = new DependencyDescriptorReader();
        reader.TryRead(KeyFrame, CodecKind.Av1, out _);
        byte[] with = new BitWriter().Bits(7, 8).Bits(1, 16).Bits(0b01000, 5).Bits(0b0011, 4).ToArray();
        byte[] cut = new BitWriter().Bits(7, 8).Bits(1, 16).Bits(0b01000, 5).ToArray();

        Assert.True(reader.TryRead(with, CodecKind.Av1, out PayloadDescriptor read));
        Assert.Equal(1, read.SpatialLayer);
        Assert.False(reader.TryRead(cut, CodecKind.Av1, out _));
    }

    [Fact]
    public void A_cut_key_frame_leaves_the_templates_that_were_known()
    {
        var reader = new DependencyDescriptorReader();
        reader.TryRead(KeyFrame, CodecKind.Av1, out _);

        for (int length = 4; length < KeyFrame.Length; length++)
        {
            Assert.False(reader.TryRead(KeyFrame.AsSpan(0, length), CodecKind.Av1, out _), $"at {length}");
            Assert.True(reader.TryRead([8, 0, 1], CodecKind.Av1, out PayloadDescriptor read));
            Assert.Equal((1, 1), (read.SpatialLayer, read.TemporalLayer));
        }
    }

    [Fact]
    public void More_templates_than_there_can_be_are_malformed()
    {
        var writer = new BitWriter().Bits(0, 8).Bits(1, 16).Bits(0b10000, 5).Bits(0, 6).Bits(0, 5);
        for (int i = 0; i < 200; i++)
            writer.Bits(0, 2);

        Assert.False(new DependencyDescriptorReader().TryRead(writer.ToArray(), CodecKind.Av1, out _));
    }

    [Fact]
    public void H264_takes_layers_from_the_descriptor_and_else_reads_the_payload()
    {
        var reader = new DependencyDescriptorReader();
        byte[] sps = [0x67, 0x42];

        PayloadDescriptorParser.TryParse(CodecKind.H264, [0x41, 0x9A], KeyFrame, reader, out PayloadDescriptor first);
        PayloadDescriptorParser.TryParse(CodecKind.H264, sps, [6, 0, 1], reader, out PayloadDescriptor second);
        PayloadDescriptorParser.TryParse(CodecKind.H264, sps, [], reader, out PayloadDescriptor third);

        Assert.True(first.IsKeyFrame);
        Assert.False(second.IsKeyFrame);
        Assert.Equal(1, second.TemporalLayer);
        Assert.True(third.IsKeyFrame);
    }
}
