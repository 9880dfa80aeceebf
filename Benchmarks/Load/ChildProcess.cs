using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Benchmarks.Load;

/// <summary>
/// A child that was started on one CPU with sockets at chosen descriptors, as Node starts a worker. Its CPU time and
/// memory are read from /proc.
/// </summary>
internal sealed unsafe class ChildProcess : IDisposable
{
    private const int FileActionsBytes = 512;
    private const long ClockTicksPerSecond = 100;

    private bool _isReaped;

    private ChildProcess(int pid) => Pid = pid;

    public int Pid { get; }

    /// <summary>Whether it is still there.</summary>
    public bool IsAlive
    {
        get
        {
            if (!_isReaped && Posix.waitpid(Pid, null, 1) == Pid)
                _isReaped = true;
            return !_isReaped;
        }
    }

    /// <summary>
    /// CPU time of all its threads so far in nanoseconds, of those that have ended too: a runtime's compiling threads
    /// come and go.
    /// </summary>
    public long CpuNs => Posix.ProcessCpuNs(Pid);

    /// <summary>CPU time of its first thread alone, which in a worker is the one that forwards.</summary>
    public long MainThreadCpuNs => ReadSchedulerField($"/proc/{Pid}/task/{Pid}", 0);

    /// <summary>How long its threads could have run and had to wait for the CPU, in nanoseconds.</summary>
    public long WaitNs
    {
        get
        {
            long total = 0;
            foreach (string task in Directory.EnumerateDirectories($"/proc/{Pid}/task"))
                total += ReadSchedulerField(task, 1);
            return total;
        }
    }

    /// <summary>How much of its CPU time was spent outside the kernel, in nanoseconds, to 10 ms.</summary>
    public long UserNs
    {
        get
        {
            const int UserTimeField = 11;
            string stat = File.ReadAllText($"/proc/{Pid}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[UserTimeField], CultureInfo.InvariantCulture) *
                (1_000_000_000 / ClockTicksPerSecond);
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            string line = File.ReadLines($"/proc/{Pid}/status").First(text => text.StartsWith("VmRSS:"));
            return long.Parse(line[6..^2].Trim(), CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="path">The executable.</param>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="environment">What is set beside our own environment.</param>
    /// <param name="descriptors">Which of our descriptors it finds at which number.</param>
    /// <param name="cpu">The only CPU that it may run on.</param>
    public static ChildProcess Start(
        string path, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<(int Ours, int Theirs)> descriptors, int cpu)
    {
        byte* actions = stackalloc byte[FileActionsBytes];
        Posix.posix_spawn_file_actions_init(actions);
        foreach ((int from, int to) in descriptors)
            Posix.posix_spawn_file_actions_adddup2(actions, from, to);
        fixed (byte* none = "/dev/null\0"u8)
            Posix.posix_spawn_file_actions_addopen(actions, 0, none, 0, 0);

        byte** argumentPointers = ToPointers([path, .. arguments]);
        byte** environmentPointers = ToPointers(Merge(environment));
        byte[] pathBytes = Encoding.UTF8.GetBytes(path + '\0');
        int pid;
        int error;
        byte[] ours = Posix.GetAffinity();
        Posix.Pin(cpu);
        fixed (byte* pathPointer = pathBytes)
            error = Posix.posix_spawn(&pid, pathPointer, actions, null, argumentPointers, environmentPointers);
        Posix.SetAffinity(ours);
        Posix.posix_spawn_file_actions_destroy(actions);
        Free(argumentPointers);
        Free(environmentPointers);
        if (error != 0)
            throw new InvalidOperationException($"{path} does not start: {Marshal.GetPInvokeErrorMessage(error)}");
        return new ChildProcess(pid);
    }

    /// <summary>Starts this program as a child of itself.</summary>
    /// <param name="option">The argument that makes it that child.</param>
    /// <param name="numbers">What follows it.</param>
    /// <param name="descriptors">Which of our descriptors it finds at which number.</param>
    /// <param name="cpu">The only CPU that it may run on.</param>
    public static ChildProcess StartSelf(
        string option, IEnumerable<int> numbers, IReadOnlyList<(int Ours, int Theirs)> descriptors, int cpu)
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("this program has no path");
        bool isHosted = Path.GetFileName(self) == "dotnet";
        string[] program = isHosted ? [Assembly.GetExecutingAssembly().Location] : [];
        return Start(
            self, [.. program, option, .. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))],
            new Dictionary<string, string>(), descriptors, cpu);
    }

    /// <summary>Ends it, if it has not ended by itself.</summary>
    public void Dispose()
    {
        if (!IsAlive)
            return;

        Posix.kill(Pid, Posix.SignalKill);
        Posix.waitpid(Pid, null, 0);
        _isReaped = true;
    }

    private static long ReadSchedulerField(string task, int field)
    {
        try
        {
            string line = File.ReadAllText(Path.Combine(task, "schedstat"));
            return long.Parse(line.Split(' ')[field], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // A thread that ended meanwhile.
            return 0;
        }
    }

    private static List<string> Merge(IReadOnlyDictionary<string, string> ours)
    {
        List<string> merged = [.. ours.Select(pair => $"{pair.Key}={pair.Value}")];
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (!ours.ContainsKey((string)entry.Key))
                merged.Add($"{entry.Key}={entry.Value}");
        }

        return merged;
    }

    private static byte** ToPointers(IReadOnlyList<string> texts)
    {
        var pointers = (byte**)NativeMemory.Alloc((nuint)texts.Count + 1, (nuint)sizeof(byte*));
        for (int i = 0; i < texts.Count; i++)
            pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        pointers[texts.Count] = null;
        return pointers;
    }

    private static void Free(byte** pointers)
    {
        for (int i = 0; pointers[i] != null; i++)
            Marshal.FreeCoTaskMem((nint)pointers[i]);
        NativeMemory.Free(pointers);
    }
}
