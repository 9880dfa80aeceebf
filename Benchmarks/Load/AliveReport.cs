using System.Globalization;

namespace Benchmarks.Load;

/// <summary>Prints what <see cref="AliveRun"/> measured.</summary>
internal static class AliveReport
{
    public static void Print(AliveResult result, string worker, TextWriter output)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        output.WriteLine($"worker             {worker}");
        output.WriteLine(string.Create(plain, $"connected          {result.Transports} in {result.ConnectSeconds:N1} s"));
        output.WriteLine(string.Create(plain, $"cpu to connect     {result.ConnectCpuMs:N2} ms each"));
        output.WriteLine(string.Create(plain, $"silent             {result.SilentShare * 100:N1} % of a core"));
        output.WriteLine(string.Create(plain, $"one packet/s each  {result.FedShare * 100:N1} % of a core, {result.Lost} lost"));
        output.WriteLine(string.Create(plain, $"memory             {result.BytesEach / 1000:N1} kB each"));
        output.WriteLine(string.Create(plain, $"worker.dump()      {result.DumpMs:N2} ms"));
        output.WriteLine(string.Create(plain, $"one getStats()     {result.StatsMs:N2} ms"));
        output.WriteLine(string.Create(plain, $"close the router   {result.CloseMs:N1} ms"));
    }
}
