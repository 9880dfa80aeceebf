using System.Text;
using Channel;
using Microsoft.Extensions.Logging;
using Rtc.Transports;
using Worker.Net;

namespace Worker.Logging;

/// <summary>
/// Tells the application what was dropped: a transport's counters when it closes, and what left neither by a socket nor
/// by the channel while it happens, every ten seconds at most.
/// </summary>
/// <param name="logger">Where the lines go.</param>
/// <param name="sent">What the send queue counts.</param>
/// <param name="channel">What the application is told by.</param>
internal sealed partial class DropLog(ILogger logger, SendCounters sent, ChannelWriter channel) : ITurnEnd
{
    /// <summary>How often what is lost on the way out is told at most, in microseconds.</summary>
    public const long IntervalUs = 10_000_000;

    private LogThrottle _throttle = new(IntervalUs);
    private long _toldDatagrams;
    private long _toldMessages;

    /// <inheritdoc/>
    public void OnTurnEnd(long nowUs)
    {
        long datagrams = sent.DroppedFull + sent.DroppedError + sent.Refused;
        long messages = channel.DroppedCount;
        if ((datagrams == _toldDatagrams && messages == _toldMessages) || !_throttle.TryEnter(nowUs, out _))
            return;

        LogLost(
            datagrams - _toldDatagrams, messages - _toldMessages, sent.DroppedFull, sent.DroppedError, sent.Refused);

        // An application that does not read does not get this line either; it is told once it reads again.
        if (channel.DroppedCount != messages)
            return;

        _toldDatagrams = datagrams;
        _toldMessages = messages;
    }

    /// <summary>A transport closed. Says nothing of one that dropped nothing.</summary>
    public void OnClosed(Transport transport)
    {
        if (logger.IsEnabled(LogLevel.Debug) && Describe(transport.Counters) is { Length: > 0 } drops)
            LogTransport(transport.Id, drops);
    }

    private static string Describe(TransportCounters counters)
    {
        StringBuilder text = new();
        Add("unknownDatagrams", counters.UnknownDatagrams);
        Add("unknownSources", counters.UnknownSources);
        Add("earlyMedia", counters.EarlyMedia);
        Add("malformedStun", counters.MalformedStun);
        Add("malformedRtp", counters.MalformedRtp);
        Add("malformedRtcp", counters.MalformedRtcp);
        Add("tooLong", counters.TooLong);
        Add("unprotectFailures", counters.UnprotectFailures);
        Add("unknownStreams", counters.UnknownStreams);
        Add("unmappedPayloadTypes", counters.UnmappedPayloadTypes);
        Add("sendFailures", counters.SendFailures);
        Add("droppedCopies", counters.DroppedCopies);
        return text.ToString();

        void Add(string name, long count)
        {
            if (count > 0)
                text.Append(text.Length > 0 ? ", " : "").Append(name).Append(':').Append(count);
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "{Datagrams} datagrams and {Messages} messages to the application dropped; datagrams since start "
        + "[backlogFull:{Full}, refusedByKernel:{Refused}, noRoom:{NoRoom}]")]
    private partial void LogLost(long datagrams, long messages, long full, long refused, long noRoom);

    [LoggerMessage(2, LogLevel.Debug, "transport {Id} closed; dropped [{Drops}]")]
    private partial void LogTransport(string id, string drops);
}
