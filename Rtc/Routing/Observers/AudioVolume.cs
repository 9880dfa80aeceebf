namespace Rtc.Routing.Observers;

/// <summary>How loud a producer was.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="Volume">Average level of an interval in dBov, -127 (silence) to 0.</param>
public readonly record struct AudioVolume(string ProducerId, sbyte Volume);
