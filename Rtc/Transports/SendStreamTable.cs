using System.Diagnostics.CodeAnalysis;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>Which consumer sends by which SSRC, for reports and feedback that come back.</summary>
internal sealed class SendStreamTable
{
    private readonly OrderedDictionary<uint, Consumer> _media = [];
    private OrderedDictionary<uint, Consumer>? _rtx;

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
            if (encoding.Ssrc is { } ssrc)
                _media[ssrc] = consumer;
            if (encoding.RtxSsrc is { } rtxSsrc)
                (_rtx ??= [])[rtxSsrc] = consumer;
        }
    }

    /// <summary>Takes out the SSRCs of a consumer and returns them.</summary>
    public List<uint> Remove(Consumer consumer)
    {
        List<uint> removed = [];
        Remove(_media, consumer, removed);
        if (_rtx is not null)
            Remove(_rtx, consumer, removed);
        return removed;
    }

    /// <summary>The consumer that sends media by <paramref name="ssrc"/>.</summary>
    public bool TryGetByMedia(uint ssrc, [NotNullWhen(true)] out Consumer? consumer) =>
        _media.TryGetValue(ssrc, out consumer);

    /// <summary>All media SSRCs.</summary>
    public (uint Ssrc, string ConsumerId)[] DumpMedia() => Dump(_media);

    /// <summary>All RTX SSRCs.</summary>
    public (uint Ssrc, string ConsumerId)[] DumpRtx() => _rtx is null ? [] : Dump(_rtx);

    private static (uint Ssrc, string ConsumerId)[] Dump(OrderedDictionary<uint, Consumer> table) =>
        table.Map((ssrc, consumer) => (ssrc, consumer.Id));

    private static void Remove(OrderedDictionary<uint, Consumer> table, Consumer consumer, List<uint> removed)
    {
        for (int i = table.Count - 1; i >= 0; i--)
        {
            if (!ReferenceEquals(table.GetAt(i).Value, consumer))
                continue;

            removed.Add(table.GetAt(i).Key);
            table.RemoveAt(i);
        }
    }

    private void CheckFree(uint? ssrc, string consumerId)
    {
        if (ssrc is { } value && (_media.ContainsKey(value) || _rtx?.ContainsKey(value) == true))
            throw RequestException.Error($"consumer {consumerId}: SSRC {value} is taken by another consumer");
    }
}
