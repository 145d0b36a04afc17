//! The side services that go-plugin expects next to the provider: the controller ends
//! the process; stdio and broker have nothing to carry and stay open until the end.

use crate::proto::plugin::{
    ConnInfo, Empty, StdioData, grpc_broker_server::GrpcBroker,
    grpc_controller_server::GrpcController, grpc_stdio_server::GrpcStdio,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

/// All three, with the token that ends the process.
#[derive(Clone)]
pub(super) struct Companions(pub(super) CancellationToken);

type Silence<T> = ReceiverStream<Result<T, Status>>;

impl Companions {
    /// A stream without items that ends with the process.
    fn silence<T: Send + 'static>(&self) -> Response<Silence<T>> {
        let (sender, receiver) = mpsc::channel(1);
        let stop = self.0.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = sender.closed() => {}
            }
        });
        Response::new(ReceiverStream::new(receiver))
    }
}

#[tonic::async_trait]
impl GrpcController for Companions {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.0.cancel();
        Ok(Response::new(Empty {}))
    }
}

#[tonic::async_trait]
impl GrpcStdio for Companions {
    type StreamStdioStream = Silence<StdioData>;

    async fn stream_stdio(
        &self,
        _: Request<()>,
    ) -> Result<Response<Self::StreamStdioStream>, Status> {
        Ok(self.silence())
    }
}

#[tonic::async_trait]
impl GrpcBroker for Companions {
    type StartStreamStream = Silence<ConnInfo>;

    async fn start_stream(
        &self,
        _: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        Ok(self.silence())
    }
}
