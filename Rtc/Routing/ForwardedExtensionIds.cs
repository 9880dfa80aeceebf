namespace Rtc.Routing;

/// <summary>
/// By which ids packets carry header extensions between producers and consumers: the same in every router, so that
/// consumers need no mapping of their own. They are what the application's library puts into consumers' parameters.
/// </summary>
internal static class ForwardedExtensionIds
{
    public const byte Mid = 1;
    public const byte AbsSendTime = 4;
    public const byte TransportCc = 5;
    public const byte AudioLevel = 6;
    public const byte DependencyDescriptor = 7;
    public const byte VideoOrientation = 8;
    public const byte TimeOffset = 9;
    public const byte AbsCaptureTime = 10;
    public const byte PlayoutDelay = 11;
    public const byte PacketId = 12;
}
