namespace Benchmarks.Load;

/// <summary>A worker with the room that the options name.</summary>
internal sealed class WorkerForwarder : IForwarder
{
    private readonly WorkerSession _worker;
    private readonly LoadRoom _room;

    /// <summary>Starts the worker and makes the room.</summary>
    public WorkerForwarder(LoadOptions options)
    {
        _worker = WorkerSession.Start(options);
        try
        {
            IdleBytes = _worker.Process.ResidentBytes;
            _room = LoadRoom.Open(_worker.Channel, options);
            Loop = new LoadLoop(_room, _worker.Channel);
        }
        catch
        {
            _worker.Dispose();
            throw;
        }
    }

    public ChildProcess Process => _worker.Process;

    public TimeSpan StartTime => _worker.StartTime;

    public long IdleBytes { get; }

    public PacketSink Sink => _room.Sink;

    public BurstSource Source => _room.Source;

    public LoadLoop Loop { get; }

    public ushort Port => _room.WorkerPort;

    public double IntervalNs(int rate) => _room.IntervalNs(rate);

    public void Dispose()
    {
        Loop.Dispose();
        _room.Dispose();
        _worker.Dispose();
    }
}
