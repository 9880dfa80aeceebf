namespace Rtc.Routing.Observers;

/// <summary>
/// How active one speaker is over a short, a medium and a long time: the long-term part of I. Volfin and I. Cohen,
/// "Dominant speaker identification for multipoint videoconferencing", Computer Speech and Language 27 (2013). Each
/// time counts the active parts of the shorter one below it; the score of a count is the logarithm of how much
/// likelier speech makes it than silence does.
/// </summary>
internal sealed class SpeechActivity
{
    private const int MaxLevel = 127;
    private const int ImmediateSteps = 13;
    private const int StepSize = (MaxLevel + ImmediateSteps - 1) / ImmediateSteps;
    private const int ImmediatesPerMedium = 5;
    private const int MediumsPerLong = 10;
    private const int SampleCount = ImmediatesPerMedium * MediumsPerLong;
    private const int ActiveImmediate = 7;
    private const int ActiveMedium = 4;
    private const int NoiseWindow = 750;
    private const long SampleUs = 20_000;
    private const double LeastScore = 1e-10;

    private static readonly double[] ImmediateScores = ComputeScores(ImmediateSteps, rate: 0.78);
    private static readonly double[] MediumScores = ComputeScores(ImmediatesPerMedium, rate: 24);
    private static readonly double[] LongScores = ComputeScores(MediumsPerLong, rate: 47);

    private readonly byte[] _levels = new byte[SampleCount];
    private int _next;
    private long _lastLevelUs;
    private int _noise;
    private int _nextNoise;
    private int _nextNoiseSamples;

    public SpeechActivity(long nowUs) => _lastLevelUs = nowUs;

    /// <summary>Of the newest sample.</summary>
    public double Immediate { get; private set; } = ImmediateScores[0];

    /// <summary>Of the last 100 ms.</summary>
    public double Medium { get; private set; } = MediumScores[0];

    /// <summary>Of the last second.</summary>
    public double Long { get; private set; } = LongScores[0];

    /// <summary>How long ago the last level came.</summary>
    public long GetIdleUs(long nowUs) => nowUs - _lastLevelUs;

    /// <summary>
    /// Takes a level, 0 (silence) to 127. It stands for all 20 ms since the one before, for packets may be longer or
    /// missing (DTX).
    /// </summary>
    public void AddLevel(int level, long nowUs)
    {
        long samples = Math.Clamp(GetIdleUs(nowUs) / SampleUs, 1, SampleCount);
        _lastLevelUs = nowUs;
        for (long i = 0; i < samples; i++)
        {
            _levels[_next] = (byte)level;
            _next = (_next + 1) % SampleCount;
        }

        if (level > 0)
            FollowNoise(level);
    }

    /// <summary>Computes the scores of what came so far.</summary>
    public void Evaluate()
    {
        int activeMediums = 0;
        for (int medium = 0; medium < MediumsPerLong; medium++)
        {
            int activeImmediates = 0;
            for (int i = 0; i < ImmediatesPerMedium; i++)
            {
                if (GetImmediate((medium * ImmediatesPerMedium) + i) > ActiveImmediate)
                    activeImmediates++;
            }

            if (medium == 0)
                Medium = MediumScores[activeImmediates];
            if (activeImmediates > ActiveMedium)
                activeMediums++;
        }

        Immediate = ImmediateScores[GetImmediate(0)];
        Long = LongScores[activeMediums];
    }

    private static double[] ComputeScores(int parts, double rate)
    {
        // Speech makes each part active with probability 1/2; in silence the count falls off exponentially.
        double[] scores = new double[parts + 1];
        double logCombinations = 0;
        for (int active = 0; active <= parts; active++)
        {
            scores[active] = Math.Max(
                logCombinations + (parts * Math.Log(0.5)) - Math.Log(rate) + (rate * active), LeastScore);
            if (active < parts)
                logCombinations += Math.Log(parts - active) - Math.Log(active + 1);
        }

        return scores;
    }

    /// <summary>In which step a sample lies, the newest has age 0; 0 when it is hardly louder than the noise.</summary>
    private int GetImmediate(int age)
    {
        int level = _levels[(_next - 1 - age + SampleCount) % SampleCount];
        return level < _noise + StepSize ? 0 : level / StepSize;
    }

    // The quietest level counts as the noise around the speaker. A quieter one is taken at once; to a louder one it
    // moves half way (on a logarithmic scale) when no quieter one came for some 15 seconds.
    private void FollowNoise(int level)
    {
        if (_noise == 0 || level < _noise)
        {
            _noise = level;
            _nextNoise = 0;
            _nextNoiseSamples = 0;
            return;
        }

        _nextNoise = _nextNoise == 0 ? level : Math.Min(_nextNoise, level);
        if (++_nextNoiseSamples < NoiseWindow)
            return;

        _noise = (int)Math.Sqrt(_noise * _nextNoise);
        _nextNoise = 0;
        _nextNoiseSamples = 0;
    }
}
