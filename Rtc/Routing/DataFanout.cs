namespace Rtc.Routing;

/// <summary>The edge of the graph between one data producer and those that follow it.</summary>
internal sealed class DataFanout(DataProducer producer)
{
    public DataProducer Producer { get; } = producer;

    public List<DataConsumer> Consumers { get; } = [];

    public void OnMessage(in DataMessage message, long nowUs)
    {
        for (int i = 0; i < Consumers.Count; i++)
            Consumers[i].OnMessage(message, nowUs);
    }

    public void OnPaused()
    {
        foreach (DataConsumer consumer in Consumers)
            consumer.OnDataProducerPaused();
    }

    public void OnResumed()
    {
        foreach (DataConsumer consumer in Consumers)
            consumer.OnDataProducerResumed();
    }
}
