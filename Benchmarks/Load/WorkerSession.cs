using System.Diagnostics;

namespace Benchmarks.Load;

/// <summary>A worker process as Node starts it: requests go to its descriptor 3, answers come from its descriptor 4.</summary>
internal sealed class WorkerSession : IDisposable
{
    private const string Release = "3.27.1";

    private WorkerSession(ChildProcess process, WorkerChannel channel, TimeSpan startTime)
    {
        Process = process;
        Channel = channel;
        StartTime = startTime;
    }

    public ChildProcess Process { get; }

    public WorkerChannel Channel { get; }

    /// <summary>From the start of the process to its WORKER_RUNNING.</summary>
    public TimeSpan StartTime { get; }

    /// <summary>Starts a worker and waits until it runs.</summary>
    /// <param name="options">Which, and where it runs.</param>
    /// <param name="environment">What it finds in its environment beside ours.</param>
    public static WorkerSession Start(LoadOptions options, IReadOnlyDictionary<string, string>? environment = null)
    {
        const int RequestDescriptor = 3;
        const int AnswerDescriptor = 4;
        (int ourWrite, int theirRead) = Posix.OpenSocketPair();
        (int ourRead, int theirWrite) = Posix.OpenSocketPair();
        long started = Stopwatch.GetTimestamp();
        ChildProcess process = ChildProcess.Start(
            options.Worker,
            ["--logLevel=error"],
            new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
            {
                ["MEDIASOUP_VERSION"] = Release,
            },
            [(theirRead, RequestDescriptor), (theirWrite, AnswerDescriptor)],
            options.WorkerCpu);
        Posix.close(theirRead);
        Posix.close(theirWrite);
        var channel = new WorkerChannel(ourRead, ourWrite);
        try
        {
            channel.WaitUntilRunning();
        }
        catch
        {
            process.Dispose();
            throw;
        }

        return new WorkerSession(process, channel, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Asks it to end and waits until it has.</summary>
    public void Close()
    {
        Posix.kill(Process.Pid, Posix.SignalTerminate);
        for (int i = 0; i < 500 && Process.IsAlive; i++)
            Thread.Sleep(10);
    }

    public void Dispose()
    {
        // In this order: a worker that sees its channel closed has something to say.
        Process.Dispose();
        Channel.Dispose();
    }
}
