using Rtc.Seams;

namespace Rtc.Ice;

/// <summary>
/// Who is told what an <see cref="IceServer"/> decides, in the order in which it does: a tuple is added, then
/// selected, then the state changes.
/// </summary>
public interface IIceListener
{
    /// <summary>
    /// Requests to this user fragment are ours from now on; a port shared by transports finds us by it. Called from
    /// the constructor for the first one.
    /// </summary>
    void OnUsernameFragmentAdded(string usernameFragment);

    /// <summary>Requests to this user fragment are not ours any more.</summary>
    void OnUsernameFragmentRemoved(string usernameFragment);

    /// <summary>An authenticated peer has a new tuple.</summary>
    void OnTupleAdded(TransportTuple tuple);

    /// <summary>
    /// The tuple is not ours any more. Called before it is closed, and for the selected one too: what stands for it
    /// is told by the calls that follow.
    /// </summary>
    void OnTupleRemoved(TransportTuple tuple);

    /// <summary>What is sent goes by this tuple from now on.</summary>
    void OnSelectedTupleChanged(TransportTuple tuple);

    /// <summary>The state is new; never called for the first.</summary>
    void OnStateChanged(IceState state);
}
