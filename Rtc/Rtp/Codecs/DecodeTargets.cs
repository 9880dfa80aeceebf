namespace Rtc.Rtp.Codecs;

/// <summary>
/// The decode targets of a dependency structure (AV1 RTP specification v1.0.0, section A.3): for each choice of layers
/// that a receiver can be sent, which frames belong to it and from which on it can be decoded. Targets are numbered by
/// the sender; the layers of each follow from the frames that belong to it.
/// </summary>
internal sealed class DecodeTargets
{
    private const int MaxTargets = 32;
    private const byte NotPresent = 0;
    private const byte Switch = 2;

    private readonly int[] _spatialLayers = new int[MaxTargets];
    private readonly int[] _temporalLayers = new int[MaxTargets];

    // The target that a choice of layers means: the best that is not above it; -1 where there is none.
    private readonly int[] _byLayers = new int[LayerSet.MaxLayers * LayerSet.MaxLayers];
    private int _count;

    /// <summary>Begins a new structure.</summary>
    public void Reset(int count)
    {
        _count = count;
        Array.Clear(_spatialLayers);
        Array.Clear(_temporalLayers);
    }

    /// <summary>Takes what one kind of frame is to the targets: 2 bits each.</summary>
    public void Add(ReadOnlySpan<byte> indications, int spatialLayer, int temporalLayer)
    {
        for (int i = 0; i < _count; i++)
        {
            if (indications[i] == NotPresent)
                continue;

            _spatialLayers[i] = Math.Max(_spatialLayers[i], spatialLayer);
            _temporalLayers[i] = Math.Max(_temporalLayers[i], temporalLayer);
        }
    }

    /// <summary>Every kind of frame was added.</summary>
    public void Complete()
    {
        for (int i = 0; i < _byLayers.Length; i++)
            _byLayers[i] = FindBest(i / LayerSet.MaxLayers, i % LayerSet.MaxLayers);
    }

    /// <summary>Tells who needs a frame, and who can begin with it.</summary>
    public void Resolve(
        ReadOnlySpan<byte> indications,
        int spatialLayer,
        int temporalLayer,
        out LayerSet neededBy,
        out LayerSet switchesTo)
    {
        neededBy = default;
        switchesTo = default;
        for (int i = 0; i < _byLayers.Length; i++)
        {
            (int spatial, int temporal) = (i / LayerSet.MaxLayers, i % LayerSet.MaxLayers);
            int target = _byLayers[i];
            bool isNeeded = target < 0
                ? spatialLayer <= spatial && temporalLayer <= temporal
                : indications[target] != NotPresent;
            if (isNeeded)
                neededBy = neededBy.With(spatial, temporal);

            if (target >= 0 && indications[target] == Switch)
                switchesTo = switchesTo.With(spatial, temporal);
        }
    }

    private int FindBest(int spatialLayer, int temporalLayer)
    {
        int best = -1;
        for (int i = 0; i < _count; i++)
        {
            if (_spatialLayers[i] > spatialLayer || _temporalLayers[i] > temporalLayer)
                continue;

            if (best < 0 || (_spatialLayers[i], _temporalLayers[i]).CompareTo(
                (_spatialLayers[best], _temporalLayers[best])) > 0)
            {
                best = i;
            }
        }

        return best;
    }
}
