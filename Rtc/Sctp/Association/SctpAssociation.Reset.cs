using System.Buffers.Binary;
using Rtc.Sctp.Packet;

namespace Rtc.Sctp.Association;

/// <summary>Resetting streams (RFC 6525 sections 5.1 and 5.2).</summary>
public sealed partial class SctpAssociation
{
    private void HandleReConfig(in ChunkView chunk, long nowUs)
    {
        if (!IsUp || ++_reConfigs > MaxReConfigsPerPacket)
        {
            _counters.InvalidChunks++;
            return;
        }

        const int Longest = 2 * (ParameterView.HeaderLength + ReconfigurationResponseView.FixedLength);
        Span<byte> responses = stackalloc byte[Longest];
        var writer = new ParameterWriter(responses);
        var parameters = new ParameterReader(chunk.Value);
        // A chunk holds two parameters at most (RFC 6525 section 3.1).
        for (int i = 0; i < 2 && parameters.TryRead(out ParameterView parameter) && IsUp; i++)
            HandleReConfigParameter(parameter, ref writer, nowUs);

        if (parameters.IsMalformed)
            _counters.InvalidChunks++;

        if (writer.Length > 0 && IsUp)
            QueueChunk(ChunkType.ReConfig, writer.Written);
    }

    private void HandleReConfigParameter(scoped in ParameterView parameter, ref ParameterWriter responses, long nowUs)
    {
        if (OutgoingResetView.TryParse(parameter, out OutgoingResetView request))
        {
            ChunkWriter.AddReconfigurationResponse(
                ref responses, request.RequestNumber, HandleOutgoingResetOfPeer(request));
            return;
        }

        if (ReconfigurationResponseView.TryParse(parameter, out ReconfigurationResponseView response))
        {
            HandleReconfigurationResponse(response, nowUs);
            return;
        }

        bool isRequest = parameter.Type is ParameterType.IncomingSsnReset or ParameterType.SsnTsnReset or
            ParameterType.AddOutgoingStreams or ParameterType.AddIncomingStreams;
        if (!isRequest || parameter.Value.Length < sizeof(uint))
        {
            _counters.InvalidChunks++;
            return;
        }

        // WebRTC has no use for these (RFC 8831): they are refused.
        uint number = BinaryPrimitives.ReadUInt32BigEndian(parameter.Value);
        if (_incomingReset.TryBegin(number, out ReconfigurationResult result))
        {
            result = ReconfigurationResult.Denied;
            _incomingReset.SetResult(result);
            _counters.DeferredResets++;
        }

        ChunkWriter.AddReconfigurationResponse(ref responses, number, result);
    }

    private ReconfigurationResult HandleOutgoingResetOfPeer(in OutgoingResetView request)
    {
        if (_incomingReset.TryBegin(request.RequestNumber, out ReconfigurationResult result))
        {
            if (!AreStreamsNegotiated(request))
            {
                result = ReconfigurationResult.WrongSsn;
                _incomingReset.SetResult(result);
                return result;
            }

            result = _incomingReset.Take(request, _received.CumulativeTsn, out bool isRepetition);
            if (result == ReconfigurationResult.InProgress)
                _counters.DeferredResets++;
            else if (!isRepetition)
                PerformIncomingReset();
        }

        return result;
    }

    private bool AreStreamsNegotiated(in OutgoingResetView request)
    {
        for (int i = 0; i < request.StreamCount; i++)
        {
            if (request.GetStream(i) >= Capabilities.IncomingStreams)
                return false;
        }

        return true;
    }

    private void PerformDeferredReset()
    {
        if (_incomingReset.TryPerformDeferred(_received.CumulativeTsn))
            PerformIncomingReset();
    }

    private void PerformIncomingReset()
    {
        _reassembly.Reset(_incomingReset.Streams, Capabilities.MessageInterleaving);

        if (IsUp)
            _listener.OnSctpIncomingStreamsReset(_incomingReset.Streams);
    }

    private void HandleReconfigurationResponse(in ReconfigurationResponseView response, long nowUs)
    {
        ResetAnswer answer = _outgoingReset.TakeResponse(response, nowUs);
        if (answer == ResetAnswer.Ignored)
            return;

        // Whatever the answer, the peer is there.
        _errorCount = 0;
        if (answer == ResetAnswer.Deferred)
            return;

        bool isPerformed = answer == ResetAnswer.Performed;
        ushort[] streams = _outgoingReset.Streams.ToArray();
        _outgoingReset.Complete(isPerformed);
        _listener.OnSctpOutgoingStreamsReset(streams, isPerformed);
    }
}
