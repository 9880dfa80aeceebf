using System.Diagnostics.CodeAnalysis;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>Which consumer sends by which SSRC, for reports and feedback that come back.</summary>
internal sealed class SendStreamTable
{
    private readonly OrderedMap<uint, Consumer> _media = new();
    private readonly OrderedMap<uint, Consumer> _rtx = new();

    /// <summary>Refuses a consumer whose SSRCs another one of the transport has.</summary>
    /// <exception cref="RequestException">Error: an SSRC is taken.</exception>
    public void CheckFree(ConsumerOptions options)
    {
        foreach (RtpEncodingParameters encoding in options.RtpParameters.Encodings)
        {
            CheckFree(encoding.Ssrc, options.Id);
            CheckFree(encoding.RtxSsrc, options.Id);
        }
    }

    /// <summary>Takes in the SSRCs of a consumer.</summary>
    public void Add(Consumer consumer, ConsumerOptions options)
    {
        foreach (RtpEncodingParameters encoding in options.RtpParameters.Encodings)
        {
            Add(_media, encoding.Ssrc, consumer);
            Add(_rtx, encoding.RtxSsrc, consumer);
        }
    }

    /// <summary>Takes out the SSRCs of a consumer and returns them.</summary>
    public List<uint> Remove(Consumer consumer)
    {
        List<uint> removed = [];
        foreach (RtpEncodingParameters encoding in consumer.RtpParameters.Encodings)
        {
            Remove(_media, encoding.Ssrc, removed);
            Remove(_rtx, encoding.RtxSsrc, removed);
        }

        return removed;
    }

    /// <summary>The consumer that sends media by <paramref name="ssrc"/>.</summary>
    public bool TryGetByMedia(uint ssrc, [NotNullWhen(true)] out Consumer? consumer) =>
        _media.TryGetValue(ssrc, out consumer);

    /// <summary>All media SSRCs.</summary>
    public (uint Ssrc, string ConsumerId)[] DumpMedia() => Dump(_media);

    /// <summary>All RTX SSRCs.</summary>
    public (uint Ssrc, string ConsumerId)[] DumpRtx() => Dump(_rtx);

    private static (uint Ssrc, string ConsumerId)[] Dump(OrderedMap<uint, Consumer> table) =>
        table.Map((ssrc, consumer) => (ssrc, consumer.Id));

    // The parameters of a consumer may name an SSRC twice.
    private static void Add(OrderedMap<uint, Consumer> table, uint? ssrc, Consumer consumer)
    {
        if (ssrc is { } value && !table.ContainsKey(value))
            table.Add(value, consumer);
    }

    private static void Remove(OrderedMap<uint, Consumer> table, uint? ssrc, List<uint> removed)
    {
        if (ssrc is { } value && table.Remove(value))
            removed.Add(value);
    }

    private void CheckFree(uint? ssrc, string consumerId)
    {
        if (ssrc is { } value && (_media.ContainsKey(value) || _rtx.ContainsKey(value)))
            throw RequestException.Error($"consumer {consumerId}: SSRC {value} is taken by another consumer");
    }
}
