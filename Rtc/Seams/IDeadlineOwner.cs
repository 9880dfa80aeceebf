namespace Rtc.Seams;

/// <summary>Who is told when a deadline has come.</summary>
public interface IDeadlineOwner
{
    /// <summary>
    /// <paramref name="deadline"/> is due and already cleared; set it again where it recurs.
    /// </summary>
    void OnDeadline(Deadline deadline, long nowUs);
}
