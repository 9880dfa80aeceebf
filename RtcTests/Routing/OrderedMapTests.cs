using Rtc.Routing;
using Xunit;

namespace RtcTests.Routing;

/// <summary>A map that keeps the order of adding, against the platform's ordered dictionary as a model.</summary>
public class OrderedMapTests
{
    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 9)]
    [InlineData(3, 40)]
    [InlineData(4, 1_000)]
    public void It_does_what_an_ordered_dictionary_does(int seed, int keys)
    {
        var random = new Random(seed);
        var map = new OrderedMap<int, string>();
        var model = new OrderedDictionary<int, string>();
        for (int step = 0; step < 4_000; step++)
        {
            // Phases that grow, and phases in which nearly all go.
            bool adds = random.Next(10) < (step / 500 % 2 == 0 ? 7 : 2);
            int key = random.Next(keys);
            if (!adds)
            {
                bool isRemoved = map.Remove(key, out string? removed);
                Assert.Equal(model.Remove(key, out string? expected), isRemoved);
                Assert.Equal(expected, removed);
            }
            else if (!model.ContainsKey(key))
            {
                map.Add(key, $"{key} of {step}");
                model.Add(key, $"{key} of {step}");
            }

            Assert.Equal(model.Count, map.Count);
            Assert.Equal(model.GetValueOrDefault(key), map.Find(key));
            if (step % 50 == 0)
                Assert.Equal(model, map.Map((k, value) => KeyValuePair.Create(k, value)));
        }
    }

    [Fact]
    public void Entries_come_in_the_order_in_which_they_were_added()
    {
        var map = new OrderedMap<string, object>();
        foreach (string key in (string[])["c", "a", "b"])
            map.Add(key, key);
        map.Remove("a");
        map.Add("a", "a");

        Assert.Equal(["c", "b", "a"], map.Keys);
        Assert.Equal(["c", "b", "a"], map.Values.ToArray());
        Assert.Equal(["c", "b", "a"], map.Values.Map(value => value));
        Assert.Equal("b", map["b"]);
        Assert.True(map.TryGetValue("c", out object? found) && (string)found == "c");
        Assert.Throws<KeyNotFoundException>(() => map["d"]);
    }

    [Fact]
    public void A_key_is_taken_once()
    {
        var map = new OrderedMap<int, string>();
        map.Add(1, "first");

        Assert.Throws<ArgumentException>(() => map.Add(1, "second"));
        Assert.Equal("first", map.Find(1));
        Assert.False(map.Remove(2));
        Assert.Single(map);
    }

    [Fact]
    public void Who_changes_it_while_going_through_it_is_told()
    {
        var map = new OrderedMap<int, string>();
        for (int i = 0; i < 3; i++)
            map.Add(i, "");

        Assert.Throws<InvalidOperationException>(() =>
        {
            foreach (string _ in map.Values)
                map.Remove(1);
        });
    }

    [Fact]
    public void After_it_was_cleared_it_begins_anew()
    {
        var map = new OrderedMap<int, string>();
        for (int i = 0; i < 100; i++)
            map.Add(i, "");
        map.Clear();

        Assert.Empty(map);
        Assert.Null(map.Find(5));
        map.Add(5, "again");
        Assert.Equal("again", map.Find(5));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_left_of_many_is_gone_through_without_their_gaps(bool removesFromTheFront)
    {
        var map = new OrderedMap<int, string>();
        for (int i = 0; i < 10_000; i++)
            map.Add(i, "");
        for (int i = 0; i < 9_990; i++)
            map.Remove(removesFromTheFront ? i : 9_989 - i);

        Assert.Equal(Enumerable.Range(9_990, 10), map.Keys);
        Assert.InRange(map.Places, 10, 40);
    }

    [Fact]
    public void Going_through_what_is_left_of_many_allocates_nothing()
    {
        var map = new OrderedMap<int, string>();
        for (int i = 0; i < 10_000; i++)
            map.Add(i, "");
        for (int i = 0; i < 9_990; i++)
            map.Remove(i);

        Count(map);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int count = Count(map);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(10, count);
    }

    private static int Count(OrderedMap<int, string> map)
    {
        int count = 0;
        foreach (string _ in map.Values)
            count++;
        return count;
    }
}
