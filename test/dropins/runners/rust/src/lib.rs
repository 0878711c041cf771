pub mod feedback_tool;
