using Rtc.Rtp;
using Rtc.Rtp.Codecs;

namespace RtcTests.Fuzz;

/// <summary>
/// Any bytes may be a payload of any codec, or a dependency descriptor; a VP8 descriptor that was read can be
/// rewritten, and reads back as what was written.
/// </summary>
internal static class PayloadFuzz
{
    private static readonly CodecKind[] Codecs = Enum.GetValues<CodecKind>();

    public static void Fuzz(ReadOnlySpan<byte> data)
    {
        var dependencies = new DependencyDescriptorReader();
        foreach (CodecKind codec in Codecs)
        {
            for (int split = 0; split <= data.Length; split += Math.Max(1, data.Length / 4))
                PayloadDescriptorParser.TryParse(codec, data[split..], data[..split], dependencies, out _);
        }

        if (Vp8.TryParse(data, out PayloadDescriptor descriptor))
            RewriteVp8(data, descriptor);
    }

    private static void RewriteVp8(ReadOnlySpan<byte> data, in PayloadDescriptor descriptor)
    {
        byte[] prefix = new byte[Vp8.MaxDescriptorLength];
        int length = Vp8.Rewrite(data, descriptor, 0x7ABC, 0xDE, prefix);
        byte[] rewritten = [.. prefix[..length], .. data[descriptor.Length..]];
        if (!Vp8.TryParse(rewritten, out PayloadDescriptor read) || read.Length != length)
            throw new InvalidOperationException("a rewritten VP8 descriptor cannot be read");

        PayloadDescriptor expected = descriptor;
        expected.Length = (byte)length;
        expected.IsLongPictureId = descriptor.HasPictureId;
        expected.PictureId = descriptor.HasPictureId ? (ushort)0x7ABC : (ushort)0;
        expected.Tl0PictureIndex = descriptor.HasTl0PictureIndex ? (byte)0xDE : (byte)0;
        if (!expected.Equals(read))
            throw new InvalidOperationException("rewriting a VP8 descriptor changed more than it should");
    }
}
