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
            case Wire.Request.Method.DataConsumerSetBufferedAmountLowThreshold:
            case Wire.Request.Method.DataConsumerSend:
                throw RequestException.TypeError(
                    $"data consumer {consumer.Id} is on a DirectTransport: {request.Method} is for SCTP");
            default:
                throw Requests.Unsupported(request);
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
