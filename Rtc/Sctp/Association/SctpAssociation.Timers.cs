using System.Buffers.Binary;
using Rtc.Sctp.Packet;
using Rtc.Seams;

namespace Rtc.Sctp.Association;

/// <summary>What time alone does.</summary>
public sealed partial class SctpAssociation
{
    /// <summary>Does what is due; early calls do nothing.</summary>
    public void HandleDeadline(long nowUs)
    {
        if (nowUs < DeadlineUs)
            return;

        HandleT1(nowUs);
        HandleT2(nowUs);
        _sacks.HandleDeadline(nowUs);
        if (_sender.HandleDeadline(nowUs))
            CountError("nothing is acknowledged any more");

        if (_outgoingReset.HandleDeadline(nowUs))
            CountError("a stream reset is not answered");

        HandleHeartbeatDeadline(nowUs);
        AdvanceShutdown(nowUs);
        TellLowAmounts();
    }

    private void HandleT1(long nowUs)
    {
        if (!_t1.TryExpire(nowUs, out bool isOver))
            return;

        if (isOver)
            Fail("the handshake is not answered");
        else if (_state == AssociationState.CookieWait)
            _isInitDue = true;
        else
            _isCookieEchoDue = true;
    }

    private void HandleT2(long nowUs)
    {
        if (!_t2.TryExpire(nowUs, out bool isOver))
            return;

        if (isOver)
            AbortBecause(ErrorCauseCode.UserInitiatedAbort, "shutdown timed out"u8, "the shutdown is not answered");
        else if (_state == AssociationState.ShutdownSent)
            _isShutdownDue = true;
        else
            _isShutdownAckDue = true;
    }

    private void HandleHeartbeatDeadline(long nowUs)
    {
        if (_heartbeat.TryExpire(nowUs))
        {
            _timeout.BackOff();
            CountError("heartbeats are not answered");
        }

        if (!IsUp || !_heartbeat.IsDue(nowUs))
            return;

        if (_sender.DeadlineUs != Deadline.Never)
        {
            // Data that waits for its acknowledgement asks the same question.
            _heartbeat.Restart(nowUs);
            return;
        }

        Span<byte> parameters = stackalloc byte[ParameterView.HeaderLength + Heartbeat.InfoLength];
        var writer = new ParameterWriter(parameters);
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        _random.Fill(number);
        _heartbeat.WriteInfo(
            writer.Add((ushort)ParameterType.HeartbeatInfo, Heartbeat.InfoLength),
            BinaryPrimitives.ReadUInt64BigEndian(number),
            nowUs);
        QueueChunk(ChunkType.Heartbeat, writer.Written);
    }
}
