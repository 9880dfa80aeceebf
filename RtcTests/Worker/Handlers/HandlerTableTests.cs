using System.Text;
using Rtc.Seams;
using Worker.Handlers;
using Xunit;

namespace RtcTests.WorkerTests.Handlers;

public class HandlerTableTests
{
    [Fact]
    public void The_last_takes_the_place_of_one_that_goes()
    {
        HandlerTable<string> table = new();
        foreach (string id in new[] { "a", "b", "c", "d" })
            table.Add(id, id.ToUpperInvariant());
        Assert.True(table.Remove("b"));
        Assert.False(table.Remove("b"));
        Assert.Equal(["a", "d", "c"], table.Ids);
        Assert.True(table.Remove("c"));
        Assert.Equal(["a", "d"], table.Ids);
        foreach (string id in table.Ids)
        {
            Assert.True(table.TryGet(Encoding.UTF8.GetBytes(id), out string? found));
            Assert.Equal(id.ToUpperInvariant(), found);
        }

        Assert.False(table.TryGet("c"u8, out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1_000)]
    public void An_id_may_have_any_length(int length)
    {
        HandlerTable<string> table = new();
        string id = new('ä', length);
        table.Add(id, "it");
        Assert.True(table.Contains(id));
        Assert.False(table.Contains(id + "a"));
        Assert.False(table.Remove(id + "a"));
        Assert.True(table.Remove(id));
        Assert.False(table.Contains(id));
    }

    [Fact]
    public void An_id_is_only_taken_once()
    {
        HandlerTable<string> table = new();
        table.Add("ä", "first");
        Assert.Equal(
            RequestErrorKind.Error,
            Assert.Throws<RequestException>(() => table.Add("ä", "second")).Kind);
        Assert.True(table.TryGet("ä"u8, out string? found));
        Assert.Equal("first", found);
    }
}
