using Channel;
using Rtc.Seams;
using Worker.Logging;
using Worker.Net;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Carries out the methods of the worker itself.</summary>
/// <param name="registry">Whom messages can be addressed to.</param>
/// <param name="filter">What is logged.</param>
public sealed class WorkerHandler(HandlerRegistry registry, LogFilter filter) : IRequestHandler
{
    /// <inheritdoc/>
    public void Handle(in Wire.Request.Request request, ChannelWriter channel)
    {
        switch (request.Method)
        {
            case Wire.Request.Method.WorkerDump:
                Dump(request, channel);
                break;
            case Wire.Request.Method.WorkerGetResourceUsage:
                channel.Accept(request.Id, WriteUsage(channel.ResponseBuilder));
                break;
            case Wire.Request.Method.WorkerUpdateSettings:
                UpdateSettings(request, channel);
                break;
            default:
                throw RequestException.Error("unknown method");
        }
    }

    private static Wire.Response.BodyOffset WriteUsage(Wire.WireBuilder builder)
    {
        Libc.ResourceUsage usage = ResourceUsage.Read();
        return Wire.Worker.ResourceUsageResponse.Create(
            builder,
            ruUtime: Milliseconds(usage.UserTime),
            ruStime: Milliseconds(usage.SystemTime),
            ruMaxrss: (ulong)usage.MaxResidentKilobytes,
            ruIxrss: (ulong)usage.SharedMemory,
            ruIdrss: (ulong)usage.UnsharedData,
            ruIsrss: (ulong)usage.UnsharedStack,
            ruMinflt: (ulong)usage.MinorFaults,
            ruMajflt: (ulong)usage.MajorFaults,
            ruNswap: (ulong)usage.Swaps,
            ruInblock: (ulong)usage.BlockInputs,
            ruOublock: (ulong)usage.BlockOutputs,
            ruMsgsnd: (ulong)usage.MessagesSent,
            ruMsgrcv: (ulong)usage.MessagesReceived,
            ruNsignals: (ulong)usage.Signals,
            ruNvcsw: (ulong)usage.VoluntarySwitches,
            ruNivcsw: (ulong)usage.InvoluntarySwitches);
    }

    private static ulong Milliseconds(Libc.TimeValue time) => (ulong)((time.Seconds * 1_000) + (time.Microseconds / 1_000));

    private void Dump(in Wire.Request.Request request, ChannelWriter channel)
    {
        Wire.WireBuilder builder = channel.ResponseBuilder;
        channel.Accept(
            request.Id,
            Wire.Worker.DumpResponse.Create(
                builder,
                pid: (uint)Environment.ProcessId,
                webRtcServerIds: builder.Vector((IReadOnlyList<string>)[]),
                routerIds: builder.Vector((IReadOnlyList<string>)[]),
                channelMessageHandlers: Wire.Worker.ChannelMessageHandlers.Create(
                    builder,
                    channelRequestHandlers: builder.Vector(registry.Requests.Ids),
                    channelNotificationHandlers: builder.Vector(registry.Notifications.Ids))));
    }

    private void UpdateSettings(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Worker.UpdateSettingsRequest body))
            throw RequestException.TypeError("wrong body");

        if (body.LogLevel is { } text)
        {
            filter.Level = LogLevelNames.TryParse(text, out WorkerLogLevel level)
                ? level
                : throw RequestException.TypeError($"invalid value '{text}' for logLevel");
        }

        if (body.HasLogTags)
        {
            List<string> tags = [];
            foreach (string tag in body.LogTags)
                tags.Add(tag);
            filter.Tags = LogTagNames.Parse(tags);
        }

        channel.Accept(request.Id);
    }
}
