using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>
/// Sends the regular reports of a transport (RFC 3550 section 6): sender reports of its consumers, receiver reports of
/// its producers, about once a second at moments that vary, so that transports do not fall into step.
/// </summary>
internal sealed class RtcpReporter(Transport transport, RouterEnvironment environment)
{
    private const long IntervalUs = 1_000_000;
    private const uint LeastTenths = 10;
    private const uint MostTenths = 15;

    // Empty between two reports, so that all transports share one.
    private readonly CompoundRtcpWriter _compound = environment.Compound;
    private readonly Deadline _deadline = environment.Deadlines.Create(transport, "rtcp");

    /// <summary>Begins, or begins anew, half an interval from now.</summary>
    public void Start(long nowUs) => _deadline.Set(nowUs + (IntervalUs / 2));

    /// <summary>Ends.</summary>
    public void Stop() => _deadline.Clear();

    /// <summary>Sends what is to be said and sets the next moment.</summary>
    public void Report(
        OrderedMap<string, Consumer> consumers, OrderedMap<string, Producer> producers, long nowUs)
    {
        _compound.Clear();
        foreach (Consumer consumer in consumers.Values)
        {
            if (consumer.TryAppendRtcp(_compound, nowUs))
                continue;

            Send(nowUs);
            consumer.TryAppendRtcp(_compound, nowUs);
        }

        foreach (Producer producer in producers.Values)
        {
            if (producer.TryAppendRtcp(_compound, nowUs))
                continue;

            Send(nowUs);
            producer.TryAppendRtcp(_compound, nowUs);
        }

        Send(nowUs);
        long tenths = environment.Random.NextBetween(LeastTenths, MostTenths);
        _deadline.Set(nowUs + (IntervalUs * tenths / 10));
    }

    private void Send(long nowUs)
    {
        if (_compound.HasReports)
        {
            Span<byte> bytes = stackalloc byte[CompoundRtcpWriter.MaxLength];
            int length = _compound.Write(bytes);
            transport.SendRtcp(bytes[..length], nowUs);
        }

        _compound.Clear();
    }
}
