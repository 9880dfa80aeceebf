namespace Rtc.Sctp.Send;

/// <summary>The smoothed round trip and the retransmission timeout (RFC 9260 section 6.3.1).</summary>
internal sealed class RetransmissionTimeout(SctpOptions options)
{
    private const int MaxBackoff = 16;

    private long _varianceUs;
    private bool _isMeasured;
    private int _backoff;
    private long _timeoutUs = options.InitialRtoMs * 1_000L;

    /// <summary>The smoothed round trip in microseconds; 0 before one was measured.</summary>
    public long SmoothedRttUs { get; private set; }

    /// <summary>The timeout in microseconds, doubled for every expiration since something was measured.</summary>
    public long TimeoutUs => Math.Min(_timeoutUs << _backoff, options.MaxRtoMs * 1_000L);

    /// <summary>
    /// A packet that was sent once came back after so long. This alone takes back what expirations doubled (RFC 9260
    /// section 6.3.3): what is acknowledged after it was repeated says nothing of the path, and a timeout that is too
    /// short for the path would never be measured.
    /// </summary>
    public void OnMeasured(long rttUs)
    {
        if (rttUs < 0 || rttUs > options.MaxRttMs * 1_000L)
            return;

        _backoff = 0;
        if (!_isMeasured)
        {
            _isMeasured = true;
            SmoothedRttUs = rttUs;
            _varianceUs = rttUs / 2;
        }
        else
        {
            _varianceUs += (Math.Abs(SmoothedRttUs - rttUs) - _varianceUs) / 4;
            SmoothedRttUs += (rttUs - SmoothedRttUs) / 8;
        }

        // A delayed acknowledgement of the peer must not look like a loss.
        long marginUs = Math.Max(_varianceUs * 4, options.MinRttVarianceMs * 1_000L);
        _timeoutUs = Math.Clamp(SmoothedRttUs + marginUs, options.MinRtoMs * 1_000L, options.MaxRtoMs * 1_000L);
    }

    /// <summary>The timer expired.</summary>
    public void BackOff() => _backoff = Math.Min(_backoff + 1, MaxBackoff);
}
