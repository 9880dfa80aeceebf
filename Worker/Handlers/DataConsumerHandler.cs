using Channel;
using Channel.Wire;
using Rtc.Routing;
using Rtc.Seams;
using Worker.Handlers.Converters;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to a data consumer.</summary>
internal sealed class DataConsumerHandler(WorkerServices services, DataConsumer consumer) : IRequestHandler
{
    /// <inheritdoc/>
    public void Handle(in IncomingRequest request)
    {
        switch (request.Method)
        {
            case Wire.Request.Method.DataConsumerDump:
                request.Accept(DataWriter.WriteDump(request.Builder, consumer));
                break;
            case Wire.Request.Method.DataConsumerGetStats:
                request.Accept(DataWriter.WriteStats(request.Builder, consumer, services.NowUs));
                break;
            case Wire.Request.Method.DataConsumerPause:
                consumer.Pause();
                request.Accept();
                break;
            case Wire.Request.Method.DataConsumerResume:
                consumer.Resume();
                request.Accept();
                break;
            case Wire.Request.Method.DataConsumerSetSubchannels:
                SetSubchannels(request);
                break;
            case Wire.Request.Method.DataConsumerAddSubchannel:
                AddSubchannel(request);
                break;
            case Wire.Request.Method.DataConsumerRemoveSubchannel:
                RemoveSubchannel(request);
                break;
            case Wire.Request.Method.DataConsumerGetBufferedAmount:
                CheckIsSctp(request);
                request.Accept(Wire.DataConsumer.GetBufferedAmountResponse.Create(
                    request.Builder, bufferedAmount: consumer.BufferedAmount));
                break;
            case Wire.Request.Method.DataConsumerSetBufferedAmountLowThreshold:
                SetBufferedAmountLowThreshold(request);
                break;
            case Wire.Request.Method.DataConsumerSend:
                Send(request);
                break;
            default:
                throw request.Unsupported();
        }
    }

    private void CheckIsSctp(in IncomingRequest request)
    {
        if (consumer.Type != DataChannelType.Sctp)
        {
            throw RequestException.TypeError(
                $"data consumer {consumer.Id} is on a DirectTransport: {request.Method} is for SCTP");
        }
    }

    private void SetBufferedAmountLowThreshold(in IncomingRequest request)
    {
        CheckIsSctp(request);
        request.RequireBody(
            request.Message.TryGetBody(out Wire.DataConsumer.SetBufferedAmountLowThresholdRequest body));
        consumer.SetBufferedAmountLowThreshold(body.Threshold);
        request.Accept();
    }

    private void Send(in IncomingRequest request)
    {
        CheckIsSctp(request);
        request.RequireBody(request.Message.TryGetBody(out Wire.DataConsumer.SendRequest body));
        switch (consumer.Send(new DataMessage(body.Ppid, body.Data), services.NowUs))
        {
            case DataSendResult.Queued:
                request.Accept(Wire.DataConsumer.SendResponse.Create(
                    request.Builder, bufferedAmount: consumer.BufferedAmount));
                break;
            case DataSendResult.BufferFull:
                // The application's library compares the whole reason with this word.
                request.Reject(ErrorKinds.Error, "sctpsendbufferfull");
                consumer.Listener.OnSendBufferFull();
                break;
            case DataSendResult.TooLong:
                throw RequestException.TypeError(
                    $"data consumer {consumer.Id}: a message of {body.Data.Length} bytes exceeds maxSendMessageSize");
            default:
                throw RequestException.Error($"data consumer {consumer.Id}: message send failed");
        }
    }

    private void SetSubchannels(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.DataConsumer.SetSubchannelsRequest body));
        consumer.Subchannels.Set(body.Subchannels);
        WireBuilder b = request.Builder;
        request.Accept(Wire.DataConsumer.SetSubchannelsResponse.Create(
            b, subchannels: b.Vector(consumer.Subchannels.ToArray())));
    }

    private void AddSubchannel(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.DataConsumer.AddSubchannelRequest body));
        consumer.Subchannels.Add(body.Subchannel);
        WireBuilder b = request.Builder;
        request.Accept(Wire.DataConsumer.AddSubchannelResponse.Create(
            b, subchannels: b.Vector(consumer.Subchannels.ToArray())));
    }

    private void RemoveSubchannel(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.DataConsumer.RemoveSubchannelRequest body));
        consumer.Subchannels.Remove(body.Subchannel);
        WireBuilder b = request.Builder;
        request.Accept(Wire.DataConsumer.RemoveSubchannelResponse.Create(
            b, subchannels: b.Vector(consumer.Subchannels.ToArray())));
    }
}
