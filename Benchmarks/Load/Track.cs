namespace Benchmarks.Load;

/// <summary>What one producer sends: a stream, or the same picture in several encodings.</summary>
/// <param name="ProducerId">Its id.</param>
/// <param name="IsVideo">VP8 with NACK; Opus otherwise.</param>
/// <param name="FirstSsrc">The SSRC of the lowest encoding; the next ones follow.</param>
/// <param name="Encodings">How many encodings there are.</param>
internal sealed record Track(string ProducerId, bool IsVideo, uint FirstSsrc, int Encodings = 1)
{
    public const byte VideoPayloadType = 100;
    public const byte AudioPayloadType = 111;

    private const uint MappedOffset = 0x4000_0000;

    public byte PayloadType => IsVideo ? VideoPayloadType : AudioPayloadType;

    public uint ClockRate => IsVideo ? 90_000u : 48_000u;

    public bool IsSimulcast => Encodings > 1;

    public uint SsrcOf(int encoding) => FirstSsrc + (uint)encoding;

    /// <summary>What the router calls an encoding towards consumers.</summary>
    public uint MappedSsrcOf(int encoding) => SsrcOf(encoding) + MappedOffset;
}
