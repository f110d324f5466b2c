// A go-libp2p peer for the tests: TCP and WebSocket, Noise, Yamux, GossipSub 1.1 under StrictNoSign.
//
// Commands come as one JSON object a line, events leave the same way. It shares no code with the
// node: what it makes of a message is its own.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"sync"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/libp2p/go-libp2p/p2p/transport/websocket"
)

type command struct {
	Do      string   `json:"do"`
	Topics  []string `json:"topics"`
	Topic   string   `json:"topic"`
	Address string   `json:"address"`
	Data    string   `json:"data"`
}

type event map[string]any

var out sync.Mutex

func tell(what event) {
	out.Lock()
	defer out.Unlock()
	if err := json.NewEncoder(os.Stdout).Encode(what); err != nil {
		os.Exit(1)
	}
}

// A peer and the topics that it has joined.
type node struct {
	host   host.Host
	gossip *pubsub.PubSub
	topics map[string]*pubsub.Topic
}

func start(ctx context.Context) (*node, error) {
	h, err := libp2p.New(
		libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/tcp/0/ws"),
		libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Transport(websocket.New),
		libp2p.Security(noise.ID, noise.New),
		libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		libp2p.DisableRelay(),
	)
	if err != nil {
		return nil, err
	}
	gossip, err := pubsub.NewGossipSub(ctx, h,
		// StrictNoSign alone still sends from and seqno.
		pubsub.WithNoAuthor(),
		pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign),
		// What is published before the mesh has formed isn't lost.
		pubsub.WithFloodPublish(true),
		pubsub.WithMessageIdFn(func(m *pb.Message) string {
			id := sha256.Sum256(m.Data)
			return string(id[:])
		}),
	)
	if err != nil {
		return nil, err
	}
	return &node{host: h, gossip: gossip, topics: map[string]*pubsub.Topic{}}, nil
}

func (n *node) subscribe(ctx context.Context, name string) error {
	topic, err := n.gossip.Join(name)
	if err != nil {
		return err
	}
	n.topics[name] = topic
	subscription, err := topic.Subscribe()
	if err != nil {
		return err
	}
	go func() {
		for {
			message, err := subscription.Next(ctx)
			if err != nil {
				return
			}
			if message.ReceivedFrom == n.host.ID() {
				continue
			}
			kind := "unsigned"
			if message.From != nil || message.Seqno != nil || message.Signature != nil {
				kind = "signed"
			}
			tell(event{"event": "message", "topic": name, "type": kind,
				"data": hex.EncodeToString(message.Data)})
		}
	}()
	return nil
}

func (n *node) dial(ctx context.Context, address string) error {
	info, err := peer.AddrInfoFromString(address)
	if err != nil {
		return err
	}
	if err := n.host.Connect(ctx, *info); err != nil {
		return err
	}
	state := n.host.Network().ConnsToPeer(info.ID)[0].ConnState()
	tell(event{"event": "dialled", "encryption": state.Security, "muxer": state.StreamMultiplexer})
	return nil
}

func (n *node) run(ctx context.Context, what command) error {
	switch what.Do {
	case "subscribe":
		for _, name := range what.Topics {
			if err := n.subscribe(ctx, name); err != nil {
				return err
			}
		}
	case "dial":
		return n.dial(ctx, what.Address)
	case "mesh":
		tell(event{"event": "mesh", "topic": what.Topic, "peers": len(n.gossip.ListPeers(what.Topic))})
	case "publish":
		data, err := hex.DecodeString(what.Data)
		if err != nil {
			return err
		}
		if err := n.topics[what.Topic].Publish(ctx, data); err != nil {
			return err
		}
		tell(event{"event": "published", "recipients": len(n.topics[what.Topic].ListPeers())})
	}
	return nil
}

func main() {
	ctx := context.Background()
	n, err := start(ctx)
	if err != nil {
		tell(event{"event": "failed", "do": "start", "words": err.Error()})
		os.Exit(1)
	}
	addresses := []string{}
	for _, address := range n.host.Addrs() {
		addresses = append(addresses, address.String()+"/p2p/"+n.host.ID().String())
	}
	tell(event{"event": "up", "id": n.host.ID().String(), "addresses": addresses})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var what command
		err := json.Unmarshal(lines.Bytes(), &what)
		if err == nil {
			err = n.run(ctx, what)
		}
		if err != nil {
			tell(event{"event": "failed", "do": what.Do, "words": err.Error()})
		}
	}
}
