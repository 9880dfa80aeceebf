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
    public void Handle(in Wire.Request.Request request, ChannelWriter channel)
    {
        switch (request.Method)
        {
            case Wire.Request.Method.DataConsumerDump:
                channel.Accept(request.Id, DataWriter.WriteDump(channel.ResponseBuilder, consumer));
                break;
            case Wire.Request.Method.DataConsumerGetStats:
                channel.Accept(
                    request.Id, DataWriter.WriteStats(channel.ResponseBuilder, consumer, services.NowUs));
                break;
            case Wire.Request.Method.DataConsumerPause:
                consumer.Pause();
                channel.Accept(request.Id);
                break;
            case Wire.Request.Method.DataConsumerResume:
                consumer.Resume();
                channel.Accept(request.Id);
                break;
            case Wire.Request.Method.DataConsumerSetSubchannels:
                SetSubchannels(request, channel);
                break;
            case Wire.Request.Method.DataConsumerAddSubchannel:
                AddSubchannel(request, channel);
                break;
            case Wire.Request.Method.DataConsumerRemoveSubchannel:
                RemoveSubchannel(request, channel);
                break;
            case Wire.Request.Method.DataConsumerGetBufferedAmount:
                CheckIsSctp(request);
                channel.Accept(request.Id, Wire.DataConsumer.GetBufferedAmountResponse.Create(
                    channel.ResponseBuilder, bufferedAmount: consumer.BufferedAmount));
                break;
            case Wire.Request.Method.DataConsumerSetBufferedAmountLowThreshold:
                SetBufferedAmountLowThreshold(request, channel);
                break;
            case Wire.Request.Method.DataConsumerSend:
                Send(request, channel);
                break;
            default:
                throw Requests.Unsupported(request);
        }
    }

    private void CheckIsSctp(in Wire.Request.Request request)
    {
        if (consumer.Type != DataChannelType.Sctp)
        {
            throw RequestException.TypeError(
                $"data consumer {consumer.Id} is on a DirectTransport: {request.Method} is for SCTP");
        }
    }

    private void SetBufferedAmountLowThreshold(in Wire.Request.Request request, ChannelWriter channel)
    {
        CheckIsSctp(request);
        if (!request.TryGetBody(out Wire.DataConsumer.SetBufferedAmountLowThresholdRequest body))
            throw Requests.WrongBody(request);

        consumer.SetBufferedAmountLowThreshold(body.Threshold);
        channel.Accept(request.Id);
    }

    private void Send(in Wire.Request.Request request, ChannelWriter channel)
    {
        CheckIsSctp(request);
        if (!request.TryGetBody(out Wire.DataConsumer.SendRequest body))
            throw Requests.WrongBody(request);

        switch (consumer.Send(new DataMessage(body.Ppid, body.Data), services.NowUs))
        {
            case DataSendResult.Queued:
                channel.Accept(request.Id, Wire.DataConsumer.SendResponse.Create(
                    channel.ResponseBuilder, bufferedAmount: consumer.BufferedAmount));
                break;
            case DataSendResult.BufferFull:
                // The application's library compares the whole reason with this word.
                channel.Reject(request.Id, ErrorKinds.Error, "sctpsendbufferfull");
                consumer.Listener.OnSendBufferFull();
                break;
            case DataSendResult.TooLong:
                throw RequestException.TypeError(
                    $"data consumer {consumer.Id}: a message of {body.Data.Length} bytes exceeds maxSendMessageSize");
            default:
                throw RequestException.Error($"data consumer {consumer.Id}: message send failed");
        }
    }

    private void SetSubchannels(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.DataConsumer.SetSubchannelsRequest body))
            throw Requests.WrongBody(request);

        consumer.Subchannels.Set(body.Subchannels);
        WireBuilder b = channel.ResponseBuilder;
        channel.Accept(request.Id, Wire.DataConsumer.SetSubchannelsResponse.Create(
            b, subchannels: b.Vector(consumer.Subchannels.ToArray())));
    }

    private void AddSubchannel(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.DataConsumer.AddSubchannelRequest body))
            throw Requests.WrongBody(request);

        consumer.Subchannels.Add(body.Subchannel);
        WireBuilder b = channel.ResponseBuilder;
        channel.Accept(request.Id, Wire.DataConsumer.AddSubchannelResponse.Create(
            b, subchannels: b.Vector(consumer.Subchannels.ToArray())));
    }

    private void RemoveSubchannel(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.DataConsumer.RemoveSubchannelRequest body))
            throw Requests.WrongBody(request);

        consumer.Subchannels.Remove(body.Subchannel);
        WireBuilder b = channel.ResponseBuilder;
        channel.Accept(request.Id, Wire.DataConsumer.RemoveSubchannelResponse.Create(
            b, subchannels: b.Vector(consumer.Subchannels.ToArray())));
    }
}
