namespace Rtc.Routing.Forwarding;

/// <summary>How far the receiver of a stream has got.</summary>
/// <param name="HasSent">Whether anything was sent.</param>
/// <param name="MaxTimestamp">The newest RTP timestamp that was sent.</param>
/// <param name="IsFrameComplete">Whether the newest packet that was sent ended a frame.</param>
internal readonly record struct SentPosition(bool HasSent, uint MaxTimestamp, bool IsFrameComplete);
