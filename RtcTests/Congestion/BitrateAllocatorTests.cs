using Rtc.Congestion;
using Xunit;

namespace RtcTests.Congestion;

public sealed class BitrateAllocatorTests
{
    private readonly List<string> _order = [];

    [Fact]
    public void In_the_first_round_everyone_gets_a_layer_by_priority()
    {
        Claimant low = Create("low", 1, [100, 200, 300]);
        Claimant high = Create("high", 5, [100, 200, 300]);

        long claimed = new BitrateAllocator().Allocate([low, high], 200, false, 0);

        Assert.Equal(200, claimed);
        Assert.Equal(["high", "low"], _order.Take(2));
        Assert.Equal(1, low.Applied);
        Assert.Equal(1, high.Applied);
    }

    [Fact]
    public void Later_rounds_go_by_priority()
    {
        Claimant low = Create("low", 1, [100, 200, 300]);
        Claimant high = Create("high", 2, [100, 200, 300]);

        new BitrateAllocator().Allocate([low, high], 400, false, 0);

        Assert.Equal(1, low.Applied);
        Assert.Equal(3, high.Applied);
    }

    [Fact]
    public void Of_equal_priority_the_later_comes_first()
    {
        Claimant first = Create("first", 3, [100]);
        Claimant second = Create("second", 3, [100]);

        new BitrateAllocator().Allocate([first, second], 100, false, 0);

        Assert.Equal("second", _order[0]);
        Assert.Equal((0, 1), (first.Applied, second.Applied));
    }

    [Fact]
    public void All_apply_even_when_nothing_fits()
    {
        Claimant one = Create("one", 1, [100]);
        Assert.Equal(0, new BitrateAllocator().Allocate([one], 50, false, 0));
        Assert.Equal(0, one.Applied);
    }

    [Fact]
    public void Allocates_no_memory()
    {
        var allocator = new BitrateAllocator();
        List<IBitrateClaimant> claimants = [new Claimant(_ => { }, 1, [100, 200]), new Claimant(_ => { }, 9, [100])];
        Assert.Equal(0, Allocation.Measure(() => allocator.Allocate(claimants, 1_000, true, 0)));
    }

    private Claimant Create(string name, byte priority, long[] layers) =>
        new(_order.Add, priority, layers) { Name = name };

    private sealed class Claimant(Action<string> onAsked, byte priority, long[] layers) : IBitrateClaimant
    {
        private int _claimed;

        public string Name { get; init; } = "";

        public int Applied { get; private set; } = -1;

        public byte Priority => priority;

        public long ClaimNextLayer(long availableBitrate, bool considersLoss, long nowUs)
        {
            onAsked(Name);
            if (_claimed == layers.Length)
                return 0;

            long cost = layers[_claimed] - (_claimed == 0 ? 0 : layers[_claimed - 1]);
            if (cost > availableBitrate)
                return 0;

            _claimed++;
            return cost;
        }

        public void ApplyClaims(long nowUs)
        {
            Applied = _claimed;
            _claimed = 0;
        }

        public long GetGrantedBitrate(long nowUs) => Applied <= 0 ? 0 : layers[Applied - 1];

        public long GetDesiredBitrate(long nowUs) => layers[^1];
    }
}
