namespace RtcTests.Fuzz;

/// <summary>A target of the form that fuzzers call; it throws when something is wrong.</summary>
internal delegate void FuzzTarget(ReadOnlySpan<byte> data);

/// <summary>Runs fuzz targets as tests: deterministic sweeps and a seeded loop over mutations of saved inputs.</summary>
internal static class Mutation
{
    /// <summary>Every truncation of every seed, and every byte of it replaced by telling values.</summary>
    public static void Sweep(FuzzTarget target, params byte[][] seeds)
    {
        foreach (byte[] seed in seeds)
        {
            for (int length = 0; length <= seed.Length; length++)
                Run(target, seed[..length]);

            for (int i = 0; i < seed.Length; i++)
            {
                foreach (byte value in (ReadOnlySpan<byte>)[0, 1, 0x7F, 0x80, 0xFF, (byte)~seed[i], (byte)(seed[i] ^ 1)])
                {
                    byte[] changed = [.. seed];
                    changed[i] = value;
                    Run(target, changed);
                }
            }
        }
    }

    /// <summary>Random flips, cuts, repeats and splices of the seeds.</summary>
    public static void Loop(FuzzTarget target, int seed, int rounds, params byte[][] seeds)
    {
        var random = new Random(seed);
        for (int round = 0; round < rounds; round++)
        {
            byte[] data = [.. seeds[random.Next(seeds.Length)]];
            for (int change = random.Next(1, 6); change > 0; change--)
                data = Change(data, random, seeds);

            Run(target, data);
        }
    }

    private static byte[] Change(byte[] data, Random random, byte[][] seeds)
    {
        int at = random.Next(data.Length + 1);
        switch (random.Next(5))
        {
            case 0 when at < data.Length:
                data[at] = (byte)random.Next(256);
                return data;
            case 1 when at < data.Length:
                data[at] ^= (byte)(1 << random.Next(8));
                return data;
            case 2:
                return data[..at];
            case 3:
                byte[] other = seeds[random.Next(seeds.Length)];
                return [.. data[..at], .. other[random.Next(other.Length + 1)..]];
            default:
                byte[] noise = new byte[random.Next(8)];
                random.NextBytes(noise);
                return [.. data[..at], .. noise, .. data[at..]];
        }
    }

    private static void Run(FuzzTarget target, byte[] data)
    {
        try
        {
            target(data);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"the input {Convert.ToHexString(data)} breaks it", exception);
        }
    }
}
