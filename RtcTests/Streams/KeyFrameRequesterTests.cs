using Rtc.Seams;
using Rtc.Streams;
using Xunit;

namespace RtcTests.Streams;

public class KeyFrameRequesterTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void Many_wishes_are_one_request_and_one_repetition()
    {
        var requester = new KeyFrameRequester(0);
        int sent = Run(requester, fromUs: 0, toUs: 900_000, wishEveryUs: 10_000);
        Assert.Equal(1, sent);

        // A second after the request it is repeated, once; nobody wishes any more.
        Assert.True(requester.HandleDeadline(Second));
        Assert.False(requester.HandleDeadline(Second + KeyFrameRequester.MinIntervalUs));
        Assert.Equal(2 * Second, requester.DeadlineUs);
        Assert.False(requester.HandleDeadline(2 * Second));
        Assert.Equal(Deadline.Never, requester.DeadlineUs);
    }

    [Fact]
    public void A_wish_after_the_repetition_arms_another()
    {
        var requester = new KeyFrameRequester(0);
        Assert.True(requester.Request(0));
        Assert.True(requester.HandleDeadline(Second));
        Assert.False(requester.Request(Second + 1));
        Assert.True(requester.HandleDeadline(2 * Second));
    }

    [Fact]
    public void A_key_frame_ends_the_wait()
    {
        var requester = new KeyFrameRequester(0);
        Assert.True(requester.Request(0));
        requester.OnKeyFrame();
        Assert.False(requester.HandleDeadline(KeyFrameRequester.MinIntervalUs));
        Assert.Equal(Deadline.Never, requester.DeadlineUs);
        Assert.True(requester.Request(Second));
    }

    [Fact]
    public void A_crowd_within_a_second_is_two_requests()
    {
        var requester = new KeyFrameRequester(0);
        int sent = 0;
        for (long nowUs = 0; nowUs < Second; nowUs += 2000)
        {
            if (requester.DeadlineUs <= nowUs && requester.HandleDeadline(nowUs))
                sent++;
            if (requester.Request(nowUs))
                sent++;

            // The key frame comes 50 ms after the request.
            if (nowUs is 50_000 or 550_000)
                requester.OnKeyFrame();
        }

        Assert.Equal(2, sent);
        Assert.True(requester.HandleDeadline(Second));
    }

    [Fact]
    public void A_key_frame_serves_the_wishes_before_it()
    {
        var requester = new KeyFrameRequester(0);
        Assert.True(requester.Request(0));
        requester.OnKeyFrame();
        Assert.False(requester.Request(1000));
        requester.OnKeyFrame();
        Assert.False(requester.HandleDeadline(KeyFrameRequester.MinIntervalUs));
    }

    [Fact]
    public void Force_does_not_wait_and_starts_the_wait_over()
    {
        var requester = new KeyFrameRequester(0);
        Assert.True(requester.Request(0));
        requester.Force(400_000);
        Assert.False(requester.HandleDeadline(900_000));
        Assert.Equal(1_400_000, requester.DeadlineUs);
        Assert.False(requester.Request(1_000_000));
    }

    [Fact]
    public void A_delay_merges_wishes_into_one_at_its_end()
    {
        var requester = new KeyFrameRequester(3 * Second);
        Assert.True(requester.Request(0));
        requester.OnKeyFrame();
        Assert.False(requester.Request(Second));
        requester.OnKeyFrame();
        Assert.False(requester.Request(2 * Second));
        Assert.Equal(3 * Second, requester.DeadlineUs);
        Assert.True(requester.HandleDeadline(3 * Second));
        Assert.Equal(4 * Second, requester.DeadlineUs);
    }

    [Fact]
    public void A_delay_without_wishes_ends_silently()
    {
        var requester = new KeyFrameRequester(3 * Second);
        Assert.True(requester.Request(0));
        requester.OnKeyFrame();
        Assert.False(requester.HandleDeadline(3 * Second));
        Assert.Equal(Deadline.Never, requester.DeadlineUs);
    }

    private static int Run(KeyFrameRequester requester, long fromUs, long toUs, long wishEveryUs)
    {
        int sent = 0;
        for (long nowUs = fromUs; nowUs < toUs; nowUs += wishEveryUs)
        {
            if (requester.DeadlineUs <= nowUs && requester.HandleDeadline(nowUs))
                sent++;
            if (requester.Request(nowUs))
                sent++;
        }

        return sent;
    }
}
