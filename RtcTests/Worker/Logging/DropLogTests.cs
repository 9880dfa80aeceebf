using System.Reflection;
using System.Text;
using System.Text.Json;
using Channel;
using Channel.Wire;
using Rtc.Transports;
using RtcTests.Transports;
using Worker.Logging;
using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests.Logging;

public class DropLogTests
{
    private readonly Lines _lines = new();
    private readonly SendCounters _sent = new();
    private readonly ChannelWriter _channel = new(WireLayout.For(Release.V3_27), bound: 400);
    private readonly DropLog _drops;

    public DropLogTests()
    {
        LogFilter filter = new() { Level = WorkerLogLevel.Debug, Tags = LogTags.Info };
        _drops = new DropLog(new WorkerLoggers(_lines, filter).Create(LogTags.Info, "Drops"), _sent, _channel);
    }

    [Fact]
    public void What_is_lost_on_the_way_out_is_told_once_in_an_interval()
    {
        _drops.OnTurnEnd(0);
        Assert.Empty(_lines.Written);

        _sent.DroppedFull = 3;
        _drops.OnTurnEnd(1);
        _sent.DroppedError = 2;
        _drops.OnTurnEnd(2);
        string line = Assert.Single(_lines.Written);
        Assert.StartsWith("WDrops | 3 datagrams and 0 messages", line, StringComparison.Ordinal);

        _drops.OnTurnEnd(1 + DropLog.IntervalUs);
        Assert.Equal(2, _lines.Written.Count);
        Assert.Contains("2 datagrams and 0 messages", _lines.Written[1], StringComparison.Ordinal);
        Assert.Contains("[backlogFull:3, refusedByKernel:2, noRoom:0]", _lines.Written[1], StringComparison.Ordinal);

        _drops.OnTurnEnd(1 + (2 * DropLog.IntervalUs));
        Assert.Equal(2, _lines.Written.Count);
    }

    [Fact]
    public void Messages_that_the_application_did_not_get_are_told_when_it_reads_again()
    {
        ChannelLogSink sink = new(_channel);
        LogFilter filter = new() { Level = WorkerLogLevel.Debug, Tags = LogTags.Info };
        DropLog drops = new(new WorkerLoggers(sink, filter).Create(LogTags.Info, "Drops"), _sent, _channel);
        sink.Write('D', new string('x', 200));
        sink.Write('D', new string('x', 200));
        Assert.Equal(1, _channel.DroppedCount);

        // There is no room for the line about it either.
        drops.OnTurnEnd(0);
        Assert.Equal(2, _channel.DroppedCount);

        _channel.Consume(_channel.Pending.Length);
        drops.OnTurnEnd(DropLog.IntervalUs);
        Assert.Equal(2, _channel.DroppedCount);
        Assert.Contains(
            "0 datagrams and 2 messages", Encoding.UTF8.GetString(_channel.Pending), StringComparison.Ordinal);
    }

    [Fact]
    public void A_transport_that_closes_says_what_it_dropped_and_nothing_when_there_was_nothing()
    {
        PlainRoom room = new(consumers: 1, null);
        PlainTransport transport = room.Receivers[0].Transport;
        _drops.OnClosed(transport);
        Assert.Empty(_lines.Written);

        transport.Counters.UnknownSources = 4;
        transport.Counters.MalformedRtp = 1;
        _drops.OnClosed(transport);
        Assert.Equal(
            [$"DDrops | transport {transport.Id} closed; dropped [unknownSources:4, malformedRtp:1]"], _lines.Written);
    }

    [Fact]
    public void Every_counter_of_a_transport_is_told()
    {
        PlainTransport transport = new PlainRoom(consumers: 1, null).Receivers[0].Transport;
        PropertyInfo[] counters = typeof(TransportCounters).GetProperties();
        for (int i = 0; i < counters.Length; i++)
            counters[i].SetValue(transport.Counters, 1_000L + i);

        _drops.OnClosed(transport);
        string line = Assert.Single(_lines.Written);
        for (int i = 0; i < counters.Length; i++)
        {
            string name = JsonNamingPolicy.CamelCase.ConvertName(counters[i].Name);
            Assert.Contains($"{name}:{1_000 + i}", line, StringComparison.Ordinal);
        }
    }

    private sealed class Lines : ILogSink
    {
        public List<string> Written { get; } = [];

        public void Write(char level, ReadOnlySpan<char> text) => Written.Add($"{level}{text}");
    }
}
