using Rtc.Buffers;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Routing.Forwarding;

public class SimulcastStrategyTests
{
    [Fact]
    public void A_viewer_gets_the_best_stream_once_it_can_be_aligned()
    {
        var scene = VideoScene.Vp8Simulcast();
        (Consumer consumer, DecoderModel decoder) = scene.Watch("c");
        scene.Run(90);
        Assert.Equal(new ConsumerLayers(2, 2), consumer.CurrentLayers);
        decoder.Check();
        Assert.Equal(2, decoder.Decoded[^1].Stream);
        Assert.InRange(decoder.Decoded.Count, 85, 93);
        ConsumerDump dump = consumer.Dump();
        Assert.Equal((2, 2), (dump.TargetSpatialLayer, dump.TargetTemporalLayer));
        Assert.Equal((2, 2), (dump.CurrentSpatialLayer, dump.CurrentTemporalLayer));
    }

    [Fact]
    public void Preferred_layers_are_gone_to_at_key_frames()
    {
        var scene = VideoScene.Vp8Simulcast();
        (Consumer consumer, DecoderModel decoder) = scene.Watch("c");
        scene.Run(60);
        foreach ((byte spatial, byte temporal) in new (byte, byte)[] { (0, 0), (1, 2), (2, 1), (0, 2), (2, 2) })
        {
            consumer.SetPreferredLayers(new ConsumerLayers(spatial, temporal));
            consumer.ApplyPreferredLayers(scene.Room.NowUs);
            scene.Run(30);
            Assert.Equal(new ConsumerLayers(spatial, temporal), consumer.CurrentLayers);
            scene.Run(30);
        }

        decoder.Check();
    }

    [Fact]
    public void Temporal_layers_that_only_the_dependency_descriptor_tells_are_left_out_and_added()
    {
        var scene = VideoScene.Vp8Simulcast(describesApart: true);
        (Consumer consumer, DecoderModel decoder) = scene.Watch("c", new ConsumerLayers(1, 0));
        scene.Run(90);
        Assert.Equal(new ConsumerLayers(1, 0), consumer.CurrentLayers);
        foreach (byte temporal in new byte[] { 1, 2, 0, 2 })
        {
            consumer.SetPreferredLayers(new ConsumerLayers(1, temporal));
            consumer.ApplyPreferredLayers(scene.Room.NowUs);
            scene.Run(30);
            Assert.Equal(new ConsumerLayers(1, temporal), consumer.CurrentLayers);
        }

        decoder.Check();
        Assert.All(decoder.Decoded.Take(10), frame => Assert.Equal(0, frame.Temporal));
    }

    [Fact]
    public void Without_sender_reports_it_stays_with_its_stream()
    {
        var scene = VideoScene.Vp8Simulcast();
        scene.SendsReports = false;
        (Consumer consumer, DecoderModel decoder) = scene.Watch("c", new ConsumerLayers(0, 2));
        scene.Run(30);
        consumer.SetPreferredLayers(new ConsumerLayers(2, 2));
        consumer.ApplyPreferredLayers(scene.Room.NowUs);
        scene.Run(30);
        Assert.Equal((byte)0, consumer.CurrentLayers!.Value.Spatial);
        decoder.Check();
    }

    [Fact]
    public void A_stream_that_dies_is_left_and_returned_to()
    {
        var scene = VideoScene.Vp8Simulcast();
        (Consumer consumer, DecoderModel decoder) = scene.Watch("c");
        scene.Run(60);
        scene.IsSending[2] = false;
        scene.Run(90);
        Assert.Equal(new ConsumerLayers(1, 2), consumer.CurrentLayers);
        scene.IsSending[2] = true;
        scene.Run(60);
        Assert.Equal(new ConsumerLayers(2, 2), consumer.CurrentLayers);
        decoder.Check(maxTimestampErrorMs: 100);
    }

    [Fact]
    public void Without_any_stream_there_are_no_layers()
    {
        var scene = VideoScene.Vp8Simulcast();
        (Consumer consumer, DecoderModel decoder) = scene.Watch("c");
        scene.Run(60);
        Array.Fill(scene.IsSending, false);
        scene.Room.Events.Clear();
        scene.Run(60);
        Assert.Null(consumer.CurrentLayers);
        Assert.Single(scene.Room.Events, "c layers ");
        Array.Fill(scene.IsSending, true);
        scene.Run(60);
        Assert.Equal(new ConsumerLayers(2, 2), consumer.CurrentLayers);
        decoder.Check();
    }

    [Fact]
    public void Streams_that_the_application_did_not_name_are_ignored()
    {
        var scene = VideoScene.Vp8Simulcast();
        var parameters = new RtpParameters(
            Room.Codecs(MediaKind.Video, Room.MappedVp8, Room.MappedRtx),
            [],
            [new() { Ssrc = 5000, ScalabilityMode = "S2T3" }],
            new RtcpParameters("forwarded"));
        var options = new ConsumerOptions
        {
            Id = "c",
            ProducerId = "p",
            Kind = MediaKind.Video,
            RtpParameters = parameters,
            ConsumableRtpEncodings =
                [.. new[] { 1, 2 }.Select(i => new RtpEncodingParameters { Ssrc = Room.MappedSsrc(i) })],
        };
        var transport = new FakeTransport(scene.Room, "out");
        Consumer consumer = scene.Room.Router.CreateConsumer(
            transport, options, scene.Room.Listen("c"), scene.Room.NowUs);
        consumer.OnTransportConnected(scene.Room.NowUs);
        scene.Run(90);
        Assert.Equal(new ConsumerLayers(1, 2), consumer.CurrentLayers);
        Assert.NotEmpty(transport.SentRtp);
    }

    [Fact]
    public void Events_come_in_the_order_layers_then_score()
    {
        var scene = VideoScene.Vp8Simulcast();
        (Consumer consumer, _) = scene.Watch("c", new ConsumerLayers(0, 0));
        scene.Run(60);
        scene.Room.Events.Clear();
        consumer.SetPreferredLayers(new ConsumerLayers(1, 1));
        consumer.ApplyPreferredLayers(scene.Room.NowUs);
        scene.Run(30);
        Assert.Equal(
            [$"c layers {new ConsumerLayers(1, 0)}", "c score 10 10 [10 10 10]", $"c layers {new ConsumerLayers(1, 1)}"],
            scene.Room.Events.Where(text => text.StartsWith('c')));
        scene.Room.Events.Clear();
        consumer.Pause(scene.Room.NowUs);
        Assert.Equal(["c layers "], scene.Room.Events);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_decoder_takes_everything_through_random_changes_and_reordering(int seed)
    {
        var scene = VideoScene.Vp8Simulcast(seed, shortPictureIds: seed == 2);
        (Consumer consumer, DecoderModel decoder) = scene.Watch("c");
        List<SimulatedPacket> late = [];
        scene.Network = packet =>
        {
            if (scene.Random.Next(20) == 0 && packet.Index > 0 && late.Count < 3)
            {
                late.Add(packet);
                return [];
            }

            SimulatedPacket[] arrived = scene.Random.Next(3) == 0 ? [packet, .. late] : [packet];
            if (arrived.Length > 1)
                late.Clear();

            return arrived;
        };
        scene.OnPicture = _ =>
        {
            // Now and then a stream stops or comes back.
            if (scene.Disturb(consumer, oneIn: 60) == 7 && scene.Random.Next(3) == 0)
                scene.IsSending[1 + scene.Random.Next(2)] ^= true;
        };
        scene.Run(1500);
        decoder.Check(allowedHoles: 40, maxTimestampErrorMs: 110);
        Assert.True(decoder.Decoded.Count > 400, $"{decoder.Decoded.Count}");
        Assert.Equal(3, decoder.Decoded.Select(frame => frame.Stream).Distinct().Count());
        scene.In.Close(scene.Room.NowUs);
        Assert.Equal(0, scene.Room.Memory.GetReferenceCount(BufferPurpose.KeyFrameWait));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Packets_that_are_lost_on_the_way_in_leave_the_rest_decodable(int seed)
    {
        VideoScene scene = VideoScene.Vp8Simulcast(seed);
        (Consumer consumer, DecoderModel decoder) = scene.Watch("c");
        int lost = 0;
        scene.Network = packet =>
        {
            if (scene.Random.Next(100) != 0)
                return [packet];

            lost++;
            decoder.NoteLostUpstream(packet.Frame);
            return [];
        };
        scene.OnPicture = picture =>
        {
            if (picture % 50 == 0)
                consumer.OnKeyFrameRequest(KeyFrameRequestKind.Pli, 5000, scene.Room.NowUs);
        };
        scene.Run(600);
        Assert.True(lost > 30, $"{lost}");
        decoder.Check(allowedHoles: lost, maxTimestampErrorMs: 110);
        Assert.True(decoder.Decoded.Count > 200, $"{decoder.Decoded.Count}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_sent_again_has_the_rewritten_descriptor(bool rtx)
    {
        VideoScene scene = VideoScene.Vp8Simulcast(shortPictureIds: true);
        var transport = new FakeTransport(scene.Room, "out");
        Consumer consumer = scene.Watch("c", transport, new ConsumerLayers(0, 0), rtx);
        scene.Run(40);
        consumer.SetPreferredLayers(new ConsumerLayers(1, 2));
        consumer.ApplyPreferredLayers(scene.Room.NowUs);
        scene.Run(20);
        int sent = transport.SentRtp.Count;
        for (int i = sent - 30; i < sent; i++)
        {
            byte[] nack = new byte[16];
            RtcpWriter.WriteNack(nack, 1, 5000, [new NackItem(transport.Sent(i).SequenceNumber, 0)]);
            transport.ReceiveRtcp(nack, scene.Room.NowUs);
        }

        Assert.Equal(sent + 30, transport.SentRtp.Count);
        for (int i = 0; i < 30; i++)
        {
            RtpPacketView first = transport.Sent(sent - 30 + i);
            RtpPacketView again = transport.Sent(sent + i);
            Assert.True(again.Payload[(rtx ? 2 : 0)..].SequenceEqual(first.Payload));
            Assert.Equal((first.Timestamp, first.Marker), (again.Timestamp, again.Marker));
            if (!rtx)
                Assert.Equal(transport.SentRtp[sent - 30 + i], transport.SentRtp[sent + i]);
        }
    }

    [Fact]
    public void On_the_way_down_only_the_base_temporal_layer_is_sent()
    {
        var scene = VideoScene.Vp8Simulcast();
        scene.Run(60);
        (Consumer consumer, DecoderModel decoder) = scene.Watch("c", new ConsumerLayers(1, 2));
        scene.Run(60);
        Assert.Equal(new ConsumerLayers(1, 2), consumer.CurrentLayers);

        // No key frame comes.
        Action<byte[]>? answer = scene.In.OnRtcp;
        scene.In.OnRtcp = _ => { };
        Prefer(new ConsumerLayers(0, 2));
        Assert.Equal(new ConsumerLayers(1, 0), consumer.CurrentLayers);
        Prefer(new ConsumerLayers(2, 2));
        Assert.Equal(new ConsumerLayers(1, 2), consumer.CurrentLayers);

        scene.In.OnRtcp = answer;
        Prefer(new ConsumerLayers(0, 1));
        scene.Run(40);
        Assert.Equal(new ConsumerLayers(0, 1), consumer.CurrentLayers);
        decoder.Check();

        void Prefer(ConsumerLayers layers)
        {
            consumer.SetPreferredLayers(layers);
            consumer.ApplyPreferredLayers(scene.Room.NowUs);
            scene.Run(12);
        }
    }

    [Fact]
    public void Five_hundred_viewers_within_a_second_cause_two_requests()
    {
        var scene = VideoScene.Vp8Simulcast();
        scene.Run(60);
        scene.Requests.Clear();
        long startUs = scene.Room.NowUs;
        scene.OnPicture = _ =>
        {
            for (int i = 0; i < 17; i++)
                scene.Watch($"c{scene.Room.NowUs}-{i}");
        };
        scene.Run(30);
        scene.OnPicture = null;
        scene.Run(30);
        Assert.InRange(scene.Requests.Count(request => request.NowUs < startUs + 1_000_000), 1, 2);
        Assert.InRange(scene.Requests.Count, 2, 4);
    }
}
