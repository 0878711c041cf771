//! A server on rmcp with the drop-in, as a user would write it: `stdio|sessions|http [bare]`.

use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{Implementation, ServerCapabilities, ServerConfig};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ServerHandler, ServiceExt, schemars, tool, tool_handler, tool_router};
use runner::feedback_tool::{INSTRUCTIONS, Options, register_feedback_tool};

#[derive(Clone)]
struct Matrix {
    tool_router: ToolRouter<Self>,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Echo {
    /// What to say.
    text: String,
    #[serde(rename = "times")]
    _times: Option<f64>,
}

#[tool_router]
impl Matrix {
    #[tool(description = "Says it again.")]
    fn echo(&self, Parameters(echo): Parameters<Echo>) -> String {
        echo.text
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Matrix {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("matrix", "1.3.2"))
            .with_instructions(INSTRUCTIONS)
    }
}

fn build() -> Matrix {
    let mut tool_router = Matrix::tool_router();
    if std::env::args().len() < 3 {
        register_feedback_tool(&mut tool_router, "matrix-server", Options::default());
    }
    Matrix { tool_router }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mode = std::env::args().nth(1).unwrap_or_default();
    if mode == "stdio" {
        build()
            .serve(rmcp::transport::stdio())
            .await?
            .waiting()
            .await?;
        return Ok(());
    }
    let config = StreamableHttpServerConfig::default().with_legacy_session_mode(mode == "sessions");
    let service = StreamableHttpService::new(
        || Ok(build()),
        LocalSessionManager::default().into(),
        config,
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        let connection = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}
