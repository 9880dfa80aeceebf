namespace Rtc.Streams;

/// <summary>The packets of a received stream by spatial and temporal layer.</summary>
public sealed class LayerCounters
{
    private readonly RtpDataCounter[] _counters;
    private readonly int _spatialLayers;
    private readonly int _temporalLayers;

    /// <param name="spatialLayers">How many spatial layers there are.</param>
    /// <param name="temporalLayers">How many temporal layers each of them has.</param>
    /// <param name="windowMs">The window of the bitrates in milliseconds.</param>
    public LayerCounters(int spatialLayers, int temporalLayers, int windowMs)
    {
        _spatialLayers = spatialLayers;
        _temporalLayers = temporalLayers;
        _counters = new RtpDataCounter[spatialLayers * temporalLayers];
        for (int i = 0; i < _counters.Length; i++)
            _counters[i] = new RtpDataCounter(countPaddingOnly: false, windowMs);
    }

    /// <summary>Packets of all layers.</summary>
    public long Packets
    {
        get
        {
            long packets = 0;
            foreach (RtpDataCounter counter in _counters)
                packets += counter.Packets;
            return packets;
        }
    }

    /// <summary>Bytes of all layers.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (RtpDataCounter counter in _counters)
                bytes += counter.Bytes;
            return bytes;
        }
    }

    /// <summary>Counts a packet; layers beyond those there are count as the highest.</summary>
    public void Add(int spatialLayer, int temporalLayer, int packetLength, int payloadLength, long nowUs)
    {
        int spatial = Math.Min(spatialLayer, _spatialLayers - 1);
        int temporal = Math.Min(temporalLayer, _temporalLayers - 1);
        _counters[(spatial * _temporalLayers) + temporal].Add(packetLength, payloadLength, nowUs);
    }

    /// <summary>Bits per second of all layers.</summary>
    public long GetBitrate(long nowUs)
    {
        long bitrate = 0;
        foreach (RtpDataCounter counter in _counters)
            bitrate += counter.GetBitrate(nowUs);

        return bitrate;
    }

    /// <summary>Bits per second of one spatial layer with all its temporal layers.</summary>
    public long GetSpatialLayerBitrate(int spatialLayer, long nowUs)
    {
        long bitrate = 0;
        for (int temporal = 0; temporal < _temporalLayers; temporal++)
            bitrate += _counters[(spatialLayer * _temporalLayers) + temporal].GetBitrate(nowUs);

        return bitrate;
    }

    /// <summary>
    /// Bits per second of a layer and all that it needs: the spatial layers below it and the temporal layers of its own
    /// up to it. 0 while the layer itself does not arrive.
    /// </summary>
    public long GetCumulativeBitrate(int spatialLayer, int temporalLayer, long nowUs)
    {
        int last = (spatialLayer * _temporalLayers) + temporalLayer;
        if (_counters[last].GetBitrate(nowUs) == 0)
            return 0;

        long bitrate = 0;
        for (int i = 0; i <= last; i++)
            bitrate += _counters[i].GetBitrate(nowUs);

        return bitrate;
    }

    /// <summary>The cumulative bitrate of every layer; empty where there is only one.</summary>
    public IReadOnlyList<LayerBitrate> GetBitrates(long nowUs)
    {
        if (_counters.Length == 1)
            return [];

        var bitrates = new LayerBitrate[_counters.Length];
        for (int i = 0; i < bitrates.Length; i++)
        {
            (int spatial, int temporal) = Math.DivRem(i, _temporalLayers);
            bitrates[i] = new LayerBitrate(spatial, temporal, GetCumulativeBitrate(spatial, temporal, nowUs));
        }

        return bitrates;
    }
}
