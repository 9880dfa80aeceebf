namespace Benchmarks.Load;

/// <summary>A process that forwards, with everybody who sends to it and receives from it.</summary>
internal interface IForwarder : IDisposable
{
    ChildProcess Process { get; }

    /// <summary>From the start of the process to when it could be used.</summary>
    TimeSpan StartTime { get; }

    /// <summary>Resident memory in bytes before anybody was there.</summary>
    long IdleBytes { get; }

    PacketSink Sink { get; }

    BurstSource Source { get; }

    /// <summary>Sends and receives.</summary>
    LoadLoop Loop { get; }

    /// <summary>The port that publishers in the clear send to; 0 when there is none.</summary>
    ushort Port { get; }

    /// <summary>Time between two bursts at this rate of packets/s.</summary>
    double IntervalNs(int rate);
}
