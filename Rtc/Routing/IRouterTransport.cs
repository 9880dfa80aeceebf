namespace Rtc.Routing;

/// <summary>What a router needs of its transports.</summary>
public interface IRouterTransport
{
    /// <summary>Its id.</summary>
    string Id { get; }

    /// <summary>
    /// Closes the transport: its producers, which tells their consumers wherever those are, then its consumers, then
    /// what it holds open. It has been taken out of the router.
    /// </summary>
    void Close(long nowUs);
}
